#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates that GnuPG edited: expired, revoked in part or whole, certified, revoked by somebody
else. Judged as GnuPG judges them."""
import time

import harness
from harness import *  # noqa: F403
import packets
from test_gnupg import Gnupg

DATA = b"signed before all that\n"


class Edited(Case):
    def setUp(self):
        super().setUp()
        self.gpg = Gnupg()
        self.addCleanup(self.gpg.close)
        self.alice = self.gpg.make_key("ed25519")
        self.fingerprint = self.listed("fpr", self.alice)[0][9]

    def listed(self, kind, who):
        """Fields of gpg's listing of one kind."""
        text = self.gpg.must("--with-colons", "--list-keys", who).decode()
        return [line.split(":") for line in text.splitlines() if line.startswith(kind + ":")]

    def cert(self, who=None):
        name = who or self.alice
        return self.file(f"{name}.cert", self.gpg.must("--export", name))

    def encrypts(self):
        return self.sop("encrypt", self.cert(), stdin=b"x").code

    def validates(self, user_id, *authorities):
        return self.sop("validate-userid", user_id, *(authorities or [self.cert()]),
                        stdin=self.cert().read_bytes()).code

    def command(self, *argv, answers):
        """gpg's interactive commands, answered beforehand."""
        stdin = "".join(answer + "\n" for answer in answers).encode()
        result = run([self.gpg.program, "--homedir", self.gpg.home, "--no-tty", "--quiet", "--yes",
                      "--expert", "--pinentry-mode=loopback", "--passphrase", "",
                      "--command-fd=0", *argv], stdin)
        if result.code != 0:
            raise AssertionError(str(result))
        return result.out

    def test_expired(self):
        self.assertEqual(self.encrypts(), OK)
        self.gpg.must("--quick-set-expire", self.fingerprint, "seconds=1")
        deadline = time.monotonic() + 30
        while self.listed("pub", self.alice)[0][1] != "e":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        self.assertEqual(self.encrypts(), CERT_CANNOT_ENCRYPT)
        self.gpg.must("--quick-set-expire", self.fingerprint, "1y")
        self.assertNotEqual(self.listed("pub", self.alice)[0][1], "e")
        self.assertEqual(self.encrypts(), OK)

    def test_subkey_expired(self):
        subkey = self.listed("fpr", self.alice)[1][9]
        self.gpg.must("--quick-set-expire", self.fingerprint, "seconds=1", subkey)
        time.sleep(2.1)
        self.assertEqual(self.listed("sub", self.alice)[0][1], "e")
        self.assertEqual(self.encrypts(), CERT_CANNOT_ENCRYPT)

    def test_user_id_revoked(self):
        self.gpg.must("--quick-add-uid", self.fingerprint, "Second <second@example.org>")
        for user_id in (f"ed25519 <{self.alice}>", "Second <second@example.org>"):
            self.assertEqual(self.validates(user_id), OK)
        time.sleep(1.1)
        self.gpg.must("--quick-revoke-uid", self.fingerprint, "Second <second@example.org>")
        states = {fields[9]: fields[1] for fields in self.listed("uid", self.alice)}
        self.assertEqual(states["Second <second@example.org>"], "r")
        self.assertEqual(self.validates("Second <second@example.org>"), CERT_USERID_NO_MATCH)
        self.assertEqual(self.validates(f"ed25519 <{self.alice}>"), OK)
        self.assertEqual(self.encrypts(), OK)

    def test_subkey_revoked(self):
        self.command("--edit-key", self.fingerprint,
                     answers=["key 1", "revkey", "y", "0", "", "y", "save"])
        self.assertEqual(self.listed("sub", self.alice)[0][1], "r")
        self.assertEqual(self.encrypts(), CERT_CANNOT_ENCRYPT)

    def test_certified_and_taken_back(self):
        bob = self.gpg.make_key("nistp256")
        user_id = f"ed25519 <{self.alice}>"
        self.assertEqual(self.validates(user_id, self.cert(bob)), CERT_USERID_NO_MATCH)
        self.gpg.must("--local-user", bob, "--quick-sign-key", self.fingerprint)
        self.assertEqual(self.validates(user_id, self.cert(bob)), OK)
        time.sleep(1.1)
        self.gpg.must("--quick-revoke-sig", self.fingerprint, self.listed("fpr", bob)[0][9])
        self.assertEqual(self.validates(user_id, self.cert(bob)), CERT_USERID_NO_MATCH)

    def test_designated_revoker(self):
        bob = self.gpg.make_key("rsa")
        signature = self.file("signature", self.gpg.must(
            "--local-user", self.alice, "--detach-sign", stdin=DATA))
        self.command("--edit-key", self.fingerprint, answers=["addrevoker", bob, "y", "save"])
        with_bob = [self.cert(), self.cert(bob)]
        self.assertEqual(self.sop("verify", signature, *with_bob, stdin=DATA).code, OK)
        revocation = self.command("--desig-revoke", self.fingerprint,
                                  answers=["y", "0", "", "y"])
        self.gpg.must("--import", stdin=revocation)
        self.assertEqual(self.listed("pub", self.alice)[0][1], "r")
        cert = self.cert()
        # Without the revoker's certificate nobody can tell.
        self.assertEqual(self.sop("verify", signature, cert, stdin=DATA).code, OK)
        result = self.sop("verify", signature, cert, self.cert(bob), stdin=DATA)
        self.assertEqual(result.code, NO_SIGNATURE)
        self.assertIn(b"revoked", result.err)
        user_id = f"ed25519 <{self.alice}>"
        self.assertEqual(self.validates(user_id, cert), OK)
        self.assertEqual(self.validates(user_id, cert, self.cert(bob)), CERT_USERID_NO_MATCH)

    def test_revocation_certificate_is_merged(self):
        """A revocation that gpg kept for emergencies passes through merge-certs."""
        stored = self.gpg.home / "openpgp-revocs.d" / f"{self.fingerprint}.rev"
        text = stored.read_bytes().replace(b":-----BEGIN", b"-----BEGIN")
        self.gpg.must("--import", stdin=text)
        cert = self.gpg.must("--export", self.alice)
        self.assertEqual(self.listed("pub", self.alice)[0][1], "r")
        merged = self.sop.must("merge-certs", "--no-armor", stdin=cert)
        self.assertEqual(packets.split(merged), packets.split(cert))  # but for header formats
        self.assertEqual(self.encrypts(), CERT_CANNOT_ENCRYPT)


if __name__ == "__main__":
    harness.main()
