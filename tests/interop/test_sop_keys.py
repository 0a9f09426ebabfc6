#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The subcommands of secmail-sop that maintain keys: passwords, revocation, update, certification."""
import harness
from harness import *  # noqa: F403
import packets
import test_gnupg

PROFILES = ("rfc9580", "rfc4880")


def split_primary(data):
    """The first packet of binary data, and the rest."""
    first, *rest = packets.split(data)
    return packets.join([first]), packets.join(rest)


class Passwords(Case):
    """change-key-password"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.folder / "first"
        cls.first.write_bytes(b"sw0rdf1sh\n")
        cls.second = cls.folder / "second"
        cls.second.write_bytes("pässword".encode())

    def signs(self, key, *options):
        path = self.file("changed.key", key)
        return self.sop("sign", *options, path, stdin=b"x").code

    def test_set_change_and_take_away(self):
        for profile in PROFILES:
            key = self.sop.must("generate-key", f"--profile={profile}", "Alice")
            first = self.sop.must("change-key-password", f"--new-key-password={self.first}",
                                  stdin=key)
            self.assertTrue(first.startswith(b"-----BEGIN PGP PRIVATE KEY BLOCK-----"))
            self.assertEqual(self.signs(first), KEY_IS_PROTECTED)
            self.assertEqual(self.signs(first, f"--with-key-password={self.first}"), OK)
            second = self.sop.must("change-key-password", f"--new-key-password={self.second}",
                                   f"--old-key-password={self.second}",
                                   f"--old-key-password={self.first}", stdin=first)
            self.assertEqual(self.signs(second, f"--with-key-password={self.first}"),
                             KEY_IS_PROTECTED)
            self.assertEqual(self.signs(second, f"--with-key-password={self.second}"), OK)
            clear = self.sop.must("change-key-password", f"--old-key-password={self.second}",
                                  stdin=second)
            self.assertEqual(clear, key)

    def test_several_keys_with_several_passwords(self):
        keys = [self.sop.must("generate-key", "--profile=rfc4880", f"--with-key-password={p}", "X",
                              "--no-armor") for p in (self.first, self.second)]
        both = b"".join(keys)
        self.assertRefused(self.sop("change-key-password", f"--old-key-password={self.first}",
                                    stdin=both), KEY_IS_PROTECTED)
        clear = self.sop.must("change-key-password", f"--old-key-password={self.first}",
                              f"--old-key-password={self.second}", "--no-armor", stdin=both)
        self.assertEqual(self.signs(clear), OK)
        self.assertEqual(clear[0], 0xc5)

    def test_nothing_to_do(self):
        key = self.sop.must("generate-key", "--no-armor", "Alice")
        self.assertEqual(self.sop.must("change-key-password", "--no-armor", stdin=key), key)

    def test_refusals(self):
        key = self.sop.must("generate-key", f"--with-key-password={self.first}", "Alice")
        new = f"--new-key-password={self.second}"
        self.assertRefused(self.sop("change-key-password", new, stdin=key), KEY_IS_PROTECTED)
        self.assertRefused(self.sop("change-key-password", new,
                                    f"--old-key-password={self.second}", stdin=key),
                           KEY_IS_PROTECTED)
        for text in (b"\xff\xfe", b"", b"\n"):
            bad = self.file("bad", text)
            self.assertRefused(self.sop("change-key-password", f"--new-key-password={bad}",
                                        f"--old-key-password={self.first}", stdin=key),
                               PASSWORD_NOT_HUMAN_READABLE)
        self.assertRefused(self.sop("change-key-password", new, new, stdin=key),
                           INCOMPATIBLE_OPTIONS)
        self.assertRefused(self.sop("change-key-password", "x", stdin=key), UNSUPPORTED_OPTION)
        self.assertRefused(self.sop("change-key-password", stdin=b"x"), BAD_DATA)
        cert = self.sop.must("extract-cert", stdin=key)
        self.assertRefused(self.sop("change-key-password", new, stdin=cert), BAD_DATA)

    def test_indirect_passwords(self):
        key = self.sop.must("generate-key", "Alice")
        locked = self.sop.must("change-key-password", "--new-key-password=@ENV:NEW", stdin=key,
                               env={"NEW": "from the environment"})
        self.assertEqual(self.sop.must("change-key-password", "--old-key-password=@ENV:OLD",
                                       stdin=locked, env={"OLD": "from the environment"}), key)


class Revocation(Case):
    """revoke-key"""

    def test_revocation_certificates(self):
        for profile in PROFILES:
            key = self.sop.must("generate-key", f"--profile={profile}", "Alice")
            revocation = self.sop.must("revoke-key", stdin=key)
            self.assertTrue(revocation.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"))
            binary = self.sop.must("revoke-key", "--no-armor", stdin=key)
            kinds = [tag for tag, _ in packets.split(binary)]
            self.assertEqual(kinds, [6, 2])
            # What is revoked without a reason is revoked for all time.
            signature = self.file("s", self.sop.must("sign", self.file("k", key), stdin=b"x"))
            cert = self.sop.must("extract-cert", "--no-armor", stdin=key)
            self.sop.must("verify", signature, self.file("c", cert), stdin=b"x")
            (primary, rest), (same, others) = split_primary(binary), split_primary(cert)
            self.assertEqual(primary, same)
            merged = self.file("m", primary + rest + others)
            self.assertRefused(self.sop("verify", signature, merged, stdin=b"x"), NO_SIGNATURE)
            self.assertRefused(self.sop("encrypt", merged, stdin=b"x"), CERT_CANNOT_ENCRYPT)

    def test_several_keys(self):
        keys = b"".join(self.sop.must("generate-key", "--no-armor", name) for name in "ABC")
        revocations = self.sop.must("revoke-key", "--no-armor", stdin=keys)
        self.assertEqual([tag for tag, _ in packets.split(revocations)], [6, 2] * 3)
        armored = self.sop.must("revoke-key", stdin=keys)
        self.assertEqual(armored.count(b"BEGIN"), 1)

    def test_locked_keys(self):
        password, wrong = self.file("p", b"x"), self.file("w", b"y")
        key = self.sop.must("generate-key", f"--with-key-password={password}", "Alice")
        self.sop.must("revoke-key", f"--with-key-password={wrong}",
                      f"--with-key-password={password}", stdin=key)
        for options in ([], [f"--with-key-password={wrong}"]):
            self.assertRefused(self.sop("revoke-key", *options, stdin=key), KEY_IS_PROTECTED)

    def test_refusals(self):
        cert = self.sop.must("extract-cert", stdin=self.sop.must("generate-key", "Alice"))
        for data in (cert, b"", b"x"):
            self.assertRefused(self.sop("revoke-key", stdin=data), BAD_DATA)
        self.assertRefused(self.sop("revoke-key", "x", stdin=cert), UNSUPPORTED_OPTION)


class Capabilities:
    def capabilities(self, key):
        """Does it encrypt, does it sign?"""
        cert = self.file("c", self.sop.must("extract-cert", stdin=key))
        message = self.sop("encrypt", cert, stdin=b"x")
        signature = self.sop("sign", self.file("k", key), stdin=b"x")
        if message.code == OK:
            self.assertEqual(self.sop.must("decrypt", self.file("k", key), stdin=message.out), b"x")
        if signature.code == OK:
            self.sop.must("verify", self.file("s", signature.out), cert, stdin=b"x")
        return message.code == OK, signature.code == OK


class Update(Capabilities, Case):
    """update-key"""

    def test_a_fresh_key_stays_as_it_is(self):
        for profile in PROFILES:
            key = self.sop.must("generate-key", f"--profile={profile}", "Alice", "Alice 2")
            self.assertEqual(self.sop.must("update-key", stdin=key), key)

    def test_a_locked_key_that_needs_nothing(self):
        password = self.file("p", b"x")
        key = self.sop.must("generate-key", f"--with-key-password={password}", "Alice")
        self.assertEqual(self.sop.must("update-key", stdin=key), key)

    def test_an_encryption_subkey_is_added(self):
        for profile in PROFILES:
            key = self.sop.must("generate-key", f"--profile={profile}", "--signing-only", "Alice")
            self.assertEqual(self.capabilities(key), (False, True))
            for option in ("--signing-only", "--no-added-capabilities"):
                self.assertEqual(self.sop.must("update-key", option, stdin=key), key)
            updated = self.sop.must("update-key", stdin=key)
            self.assertEqual(self.capabilities(updated), (True, True))
            self.assertEqual(self.sop.must("update-key", stdin=updated), updated)

    def test_it_keeps_its_password(self):
        password, wrong = self.file("p", b"x"), self.file("w", b"y")
        key = self.sop.must("generate-key", f"--with-key-password={password}", "--signing-only",
                            "Alice")
        for options in ([], [f"--with-key-password={wrong}"]):
            self.assertRefused(self.sop("update-key", *options, stdin=key), KEY_IS_PROTECTED)
        updated = self.sop.must("update-key", f"--with-key-password={wrong}",
                                f"--with-key-password={password}", stdin=key)
        self.assertRefused(self.sop("sign", self.file("k", updated), stdin=b"x"), KEY_IS_PROTECTED)
        clear = self.sop.must("change-key-password", f"--old-key-password={password}",
                              stdin=updated)
        self.assertEqual(self.capabilities(clear), (True, True))

    def test_merging(self):
        """Certifications and revocations come home; other people's certificates don't matter."""
        for profile in PROFILES:
            key, cert = self.sop.key(self.folder, "alice", f"--profile={profile}")
            bob, bob_cert = self.sop.key(self.folder, "bob")
            certified = self.file("certified", self.sop.must(
                "certify-userid", "--userid=Alice <alice@example.org>", bob,
                stdin=cert.read_bytes()))
            both = self.file("both", certified.read_bytes() + bob_cert.read_bytes())
            merged = self.sop.must("update-key", f"--merge-certs={bob_cert}",
                                   f"--merge-certs={both}", stdin=key.read_bytes())
            self.assertEqual(packets.dearmor(self.sop.must("extract-cert", stdin=merged)),
                             packets.dearmor(certified.read_bytes()))
            self.assertEqual(self.sop.must("update-key", f"--merge-certs={both}", stdin=merged),
                             merged)
            self.assertEqual(self.capabilities(merged), (True, True))
            revocation = self.file("r", self.sop.must("revoke-key", stdin=merged))
            revoked = self.sop.must("update-key", f"--merge-certs={revocation}", stdin=merged)
            self.assertEqual(self.capabilities(revoked), (False, False))
            self.assertRefused(self.sop("certify-userid", "--userid=Bob <bob@example.org>",
                                        self.file("k", revoked), stdin=bob_cert.read_bytes()),
                               KEY_CANNOT_CERTIFY)
            self.assertRefused(self.sop("update-key", stdin=revoked), PRIMARY_KEY_BAD)

    def test_a_revoked_key_is_beyond_repair(self):
        key = self.sop.must("generate-key", "--no-armor", "Alice")
        primary, rest = split_primary(key)
        revoked = primary + split_primary(self.sop.must("revoke-key", "--no-armor",
                                                        stdin=key))[1] + rest
        self.assertRefused(self.sop("update-key", stdin=revoked), PRIMARY_KEY_BAD)
        self.assertRefused(self.sop("update-key", stdin=key + revoked), PRIMARY_KEY_BAD)

    def test_several_keys(self):
        keys = b"".join(self.sop.must("generate-key", "--no-armor", "--signing-only", name)
                        for name in "AB")
        updated = self.sop.must("update-key", "--no-armor", stdin=keys)
        self.assertEqual([tag for tag, _ in packets.split(updated)].count(7), 4)

    def test_refusals(self):
        cert = self.sop.must("extract-cert", stdin=self.sop.must("generate-key", "Alice"))
        for data in (cert, b"", b"x"):
            self.assertRefused(self.sop("update-key", stdin=data), BAD_DATA)
        self.assertRefused(self.sop("update-key", "x", stdin=cert), UNSUPPORTED_OPTION)
        key = self.sop.must("generate-key", "Alice")
        self.assertRefused(self.sop("update-key", f"--merge-certs={self.file('k', key)}",
                                    stdin=key), BAD_DATA)
        self.assertRefused(self.sop("update-key", f"--merge-certs={self.folder / 'none'}",
                                    stdin=key), MISSING_INPUT)


class Tampered(Case):
    """KOpenPGP (CCS 2022): no subcommand makes a signature with a key whose parts don't fit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.password = cls.folder / "p"
        cls.password.write_bytes(b"x")
        _, cls.bob = cls.sop.key(cls.folder, "bob")

    def attempts(self, key, *unlock):
        path = self.file("tampered.key", key)
        yield self.sop("sign", *unlock, path, stdin=b"x")
        yield self.sop("revoke-key", *unlock, stdin=key)
        yield self.sop("certify-userid", "--userid=Bob <bob@example.org>", *unlock, path,
                       stdin=self.bob.read_bytes())
        old = [o.replace("--with", "--old") for o in unlock]
        yield self.sop("change-key-password", *old, f"--new-key-password={self.password}",
                       stdin=key)

    def test_public_parts(self):
        for profile in PROFILES:
            for unlock in ([], [f"--with-key-password={self.password}"]):
                key = self.sop.must("generate-key", "--no-armor", f"--profile={profile}",
                                    "--signing-only", *unlock, "Alice")
                kinds = packets.split(key)
                for index in [i for i, (tag, _) in enumerate(kinds) if tag in (5, 7)]:
                    tag, body = kinds[index]
                    size = 42 if body[0] == 6 else 51
                    changed = bytearray(body)
                    changed[size - 1] ^= 1  # in the public point
                    data = packets.join(kinds[:index] + [(tag, bytes(changed))]
                                        + kinds[index + 1:])
                    for result in self.attempts(data, *unlock):
                        self.assertRefused(result, BAD_DATA, KEY_IS_PROTECTED, KEY_CANNOT_SIGN,
                                           KEY_CANNOT_CERTIFY)


class OldHashes(Capabilities, Case):
    """Self-signatures with SHA-1, by GnuPG: only RSA still has such."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        gpg = test_gnupg.Gnupg()
        cls.addClassCleanup(gpg.close)
        old = ("--faked-system-time", "20260101T000000!", "--cert-digest-algo", "SHA1")
        gpg.must(*old, "--quick-gen-key", "Old <old@example.org>", "rsa2048", "sign,cert", "0")
        listing = gpg.must("--with-colons", "--list-keys").decode().splitlines()
        fingerprint = next(r.split(":")[9] for r in listing if r.startswith("fpr"))
        gpg.must(*old, "--quick-add-key", fingerprint, "rsa2048", "encrypt", "0")
        cls.gpg, cls.fingerprint = gpg, fingerprint
        cls.key = gpg.must("--export-secret-keys", fingerprint)
        cls.cert = gpg.must("--export", fingerprint)

    def test_renewed(self):
        self.assertEqual(self.capabilities(self.key), (False, False))
        updated = self.sop.must("update-key", "--no-armor", "--no-added-capabilities",
                                stdin=self.key)
        self.assertEqual(self.capabilities(updated), (True, True))
        self.assertEqual(self.sop.must("update-key", "--no-armor", "--no-added-capabilities",
                                       stdin=updated), updated)
        tags = [[tag for tag, _ in packets.split(key)] for key in (self.key, updated)]
        self.assertEqual([t.count(7) for t in tags], [1, 1])
        self.assertEqual([t.count(2) for t in tags], [2, 4])
        self.gpg.must("--import", stdin=updated)
        rows = self.gpg.must("--with-colons", "--check-sigs", self.fingerprint).decode()
        digests = [r.split(":") for r in rows.splitlines() if r.startswith("sig:")]
        self.assertEqual({r[1] for r in digests}, {"!"})
        self.assertIn("8", {r[15] for r in digests})  # SHA-256

    def test_merging_makes_nothing_believable(self):
        """What only SHA-1 binds is renewed where the key has it, not where a copy has it."""
        kinds = packets.split(self.key)
        bare = packets.join([kinds[0]] + kinds[3:])  # without the user ID
        copy = self.file("copy", self.cert)
        merged = self.sop.must("update-key", "--no-armor", "--no-added-capabilities",
                               f"--merge-certs={copy}", stdin=bare)
        tags = [tag for tag, _ in packets.split(merged)]
        self.assertEqual((tags.count(13), tags.count(2)), (1, 3))
        self.assertEqual(self.capabilities(merged), (False, False))


class DeprecatedKeys(Capabilities, Case):
    """--revoke-deprecated-keys: a subkey that is too weak by today's rules, by GnuPG."""

    def test_revoked(self):
        gpg = test_gnupg.Gnupg()
        self.addCleanup(gpg.close)
        gpg.must("--quick-gen-key", "Old <old@example.org>", "rsa2048", "sign,cert", "0")
        listing = gpg.must("--with-colons", "--list-keys").decode().splitlines()
        fingerprint = next(r.split(":")[9] for r in listing if r.startswith("fpr"))
        gpg.must("--quick-add-key", fingerprint, "rsa1024", "encrypt", "0")
        key = gpg.must("--export-secret-keys", fingerprint)
        self.assertEqual(self.capabilities(key), (False, True))
        only = self.sop.must("update-key", "--no-armor", "--signing-only",
                             "--no-added-capabilities", stdin=key)
        self.assertEqual(packets.split(only), packets.split(key))
        updated = self.sop.must("update-key", "--no-armor", "--revoke-deprecated-keys", stdin=key)
        self.assertEqual(self.capabilities(updated), (True, True))
        gpg.must("--import", stdin=updated)
        rows = gpg.must("--with-colons", "--list-keys", fingerprint).decode().splitlines()
        self.assertEqual([r.split(":")[1] for r in rows if r.startswith("sub")][0], "r")
        self.assertEqual(gpg.run("--encrypt", "--recipient", fingerprint, stdin=b"x").code, OK)
        self.assertEqual(self.sop.must("update-key", "--no-armor", "--revoke-deprecated-keys",
                                       stdin=updated), updated)

    def test_a_weak_primary_key(self):
        gpg = test_gnupg.Gnupg()
        self.addCleanup(gpg.close)
        gpg.must("--quick-gen-key", "Old <old@example.org>", "rsa1024", "sign,cert", "0")
        self.assertRefused(self.sop("update-key", stdin=gpg.must("--export-secret-keys")),
                           PRIMARY_KEY_BAD)


class Certification(Case):
    """certify-userid"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alice, cls.alice_cert = cls.sop.key(cls.folder, "alice")
        cls.bob, cls.bob_cert = cls.sop.key(cls.folder, "bob", "--profile=rfc4880")
        cls.user = "--userid=Bob <bob@example.org>"

    def certify(self, *options, keys=None, stdin=None):
        return self.sop("certify-userid", "--no-armor", *options, *(keys or [self.alice]),
                        stdin=stdin or self.bob_cert.read_bytes())

    def kinds(self, result):
        self.assertExit(result, OK)
        return [tag for tag, _ in packets.split(result.out)]

    def test_one(self):
        plain = self.kinds(self.sop("dearmor", stdin=self.bob_cert.read_bytes()))
        certified = self.kinds(self.certify(self.user))
        at = plain.index(13) + 2
        self.assertEqual(certified, plain[:at] + [2] + plain[at:])
        armored = self.sop.must("certify-userid", self.user, self.alice,
                                stdin=self.bob_cert.read_bytes())
        self.assertTrue(armored.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"))
        self.sop.must("encrypt", self.file("certified", armored), stdin=b"x")

    def test_several_keys_and_certificates(self):
        carol, carol_cert = self.sop.key(self.folder, "carol", user="Bob <bob@example.org>")
        both = self.bob_cert.read_bytes() + carol_cert.read_bytes()
        dave, _ = self.sop.key(self.folder, "dave", "--profile=rfc4880")
        plain = self.kinds(self.certify(self.user, keys=[self.alice], stdin=both))
        certified = self.kinds(self.certify(self.user, keys=[self.alice, dave], stdin=both))
        self.assertEqual(certified.count(2), plain.count(2) + 2)

    def test_names_of_ones_own(self):
        self.assertRefused(self.certify("--userid=Bobby"), CERT_USERID_NO_MATCH)
        named = self.certify("--userid=Bobby", "--no-require-self-sig")
        self.assertEqual(self.kinds(named).count(13), 2)
        self.assertIn(b"Bobby", named.out)
        self.assertRefused(self.certify(self.user, "--userid=Bobby"), CERT_USERID_NO_MATCH)

    def test_locked_keys(self):
        password = self.file("p", b"sw0rdf1sh")
        locked, _ = self.sop.key(self.folder, "locked", f"--with-key-password={password}")
        self.assertRefused(self.certify(self.user, keys=[locked]), KEY_IS_PROTECTED)
        self.assertExit(self.certify(self.user, f"--with-key-password={password}", keys=[locked]),
                        OK)

    def test_keys_that_may_not(self):
        key = self.sop.must("dearmor", stdin=self.alice.read_bytes())
        revocation = self.sop.must("revoke-key", "--no-armor", stdin=key)
        primary, rest = split_primary(key)
        revoked = self.file("revoked.key", primary + split_primary(revocation)[1] + rest)
        self.assertRefused(self.certify(self.user, keys=[revoked]), KEY_CANNOT_CERTIFY)
        cert = self.sop.must("extract-cert", stdin=revoked.read_bytes())
        self.assertRefused(self.certify("--userid=Alice <alice@example.org>", keys=[self.bob],
                                        stdin=cert), CERT_USERID_NO_MATCH)

    def test_not_itself(self):
        both = self.bob_cert.read_bytes() + self.alice_cert.read_bytes()
        for options in ([], ["--no-require-self-sig"]):
            result = self.assertRefused(self.certify(self.user, *options, stdin=both),
                                        KEY_CANNOT_CERTIFY)
            self.assertIn(b"can't certify its own certificate", result.err)

    def test_refusals(self):
        self.assertRefused(self.certify(), MISSING_ARG)
        self.assertRefused(self.sop("certify-userid", self.user,
                                    stdin=self.bob_cert.read_bytes()), MISSING_ARG)
        self.assertRefused(self.certify(self.user, stdin=b"x"), BAD_DATA)
        self.assertRefused(self.certify(self.user, stdin=self.bob.read_bytes()), BAD_DATA)
        self.assertRefused(self.certify(self.user, keys=[self.bob_cert]), BAD_DATA)
        self.assertRefused(self.certify(self.user, keys=[self.folder / "none"]), MISSING_INPUT)


if __name__ == "__main__":
    harness.main()
