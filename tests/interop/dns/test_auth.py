#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-auth without --dns: it asks knot, through the module dns."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import tap

import knot

AUTH = os.environ.get("SECMAIL_AUTH", "secmail-auth")
MAIL = b"From: Joe <joe@signed.example>\r\nSubject: x\r\n\r\nHello\r\n"
SPF = '@ TXT "v=spf1 ip4:192.0.2.0/24 -all"\n_dmarc TXT "v=DMARC1; p=reject"\n'


def auth(*arguments, stdin=b"", code=0):
    done = subprocess.run([AUTH, *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=120, check=False)
    if done.returncode != code:
        raise AssertionError(f"exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout if code == 0 else done.stderr


class Streams(unittest.TestCase):
    def test_closed_streams(self):
        # No socket of the resolver stands in for a closed stream.
        for stream, message in ((0, b"can't read the mail"), (1, b"can't write the output")):
            done = subprocess.run([AUTH, "verify", "--server", "127.0.0.1@1", "--ip", "192.0.2.1",
                                   "--helo", "h.example", "--from", "joe@signed.example"],
                                  input=MAIL, capture_output=True, timeout=120, check=False,
                                  preexec_fn=lambda: os.close(stream))
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message + b": Bad file descriptor", done.stderr)


@unittest.skipUnless(knot.KNOTD and knot.KEYMGR, "knot isn't installed")
class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        record = auth("keygen", "--domain", "signed.example", "--selector", "s",
                      "--key", cls.folder / "key.pem", "--algorithm", "ed25519").decode()
        cls.server = knot.Knot(cls.folder, {"signed.example": (SPF + record, True)})
        cls.addClassCleanup(cls.server.stop)
        cls.anchors = cls.folder / "anchors"
        cls.anchors.write_text(cls.server.anchors("signed.example"))
        cls.signed = auth("sign", "--domain", "signed.example", "--selector", "s",
                          "--key", cls.folder / "key.pem", stdin=MAIL)

    def verify(self, *more):
        return json.loads(auth("verify", "--server", self.server.address, "--ip", "192.0.2.1",
                               "--helo", "h.example", "--from", "joe@signed.example", *more,
                               stdin=self.signed))

    def test_everything_passes(self):
        for more in ((), ("--anchors", self.anchors)):
            found = self.verify(*more)
            self.assertEqual(found["spf"]["result"], "pass", found)
            self.assertEqual(found["dkim"][0]["result"], "pass", found)
            self.assertEqual(found["dmarc"]["result"], "pass", found)

    def test_spf_fails_for_others(self):
        found = json.loads(auth("spf", "--server", self.server.address, "--ip", "203.0.113.1",
                                "--helo", "h.example", "--from", "joe@signed.example"))
        self.assertEqual(found["result"], "fail")

    def test_a_forged_zone_is_a_temporary_error(self):
        line = self.anchors.read_text().splitlines()[0]
        wrong = self.folder / "wrong"
        wrong.write_text(line[:-1] + ("0" if line[-1] != "0" else "1") + "\n")
        self.assertEqual(self.verify("--anchors", wrong)["spf"]["result"], "temperror")

    def test_mistakes_are_named(self):
        self.assertIn(b"192.0.2.1@5353", auth("verify", "--server", "nonsense", code=2))
        self.assertIn(b"DNSKEY", auth("verify", "--server", "127.0.0.1", "--anchors",
                                      self.folder / "key.pem", code=2))


if __name__ == "__main__":
    tap.run()
