#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The subcommands of secmail-sop that work on certificates: merge-certs."""
import resource

import harness
from harness import *  # noqa: F403
import packets

PROFILES = ("rfc9580", "rfc4880")


class Merge(Case):
    """merge-certs"""

    def setUp(self):
        super().setUp()
        self.key = self.sop.must("generate-key", "--no-armor", "Alice <alice@example.org>")
        self.cert = self.sop.must("extract-cert", "--no-armor", stdin=self.key)
        self.revocation = self.sop.must("revoke-key", "--no-armor", stdin=self.key)
        other = self.sop.must("generate-key", "--no-armor", "Bob")
        self.other = self.sop.must("extract-cert", "--no-armor", stdin=other)

    def merge(self, stdin, *certs):
        return self.sop.must("merge-certs", "--no-armor", *certs, stdin=stdin)

    def test_with_itself(self):
        self.assertEqual(self.merge(self.cert), self.cert)
        self.assertEqual(self.merge(self.cert, self.file("same", self.cert)), self.cert)
        self.assertEqual(self.merge(self.cert * 3), self.cert)
        armored = self.sop.must("merge-certs", stdin=self.cert)
        self.assertTrue(armored.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"))
        self.assertEqual(packets.dearmor(armored), self.cert)

    def test_revocation_both_ways(self):
        merged = self.merge(self.cert, self.file("revocation", self.revocation))
        self.assertNotEqual(merged, self.cert)
        back = self.merge(self.revocation, self.file("cert", self.cert))
        self.assertEqual(sorted(packets.split(merged)), sorted(packets.split(back)))
        self.assertRefused(self.sop("encrypt", self.file("merged", merged), stdin=b"x"),
                           CERT_CANNOT_ENCRYPT)
        self.assertEqual(self.merge(self.cert + self.revocation), merged)

    def test_other_certificates_do_not_matter(self):
        other = self.file("other", self.other)
        self.assertEqual(self.merge(self.cert, other), self.cert)
        self.assertEqual(self.merge(self.cert + self.other, other), self.cert + self.other)

    def test_certification_arrives(self):
        keys = self.file("key", self.key)
        certified = self.sop.must("certify-userid", "--no-armor", "--userid=Bob", keys,
                                  stdin=self.other)
        merged = self.merge(self.other, self.file("certified", certified))
        self.assertEqual(sorted(packets.split(merged)), sorted(packets.split(certified)))

    def test_refusals(self):
        self.assertRefused(self.sop("merge-certs", stdin=b"x"), BAD_DATA)
        self.assertRefused(self.sop("merge-certs", stdin=self.key), BAD_DATA)
        self.assertRefused(self.sop("merge-certs", self.folder / "missing", stdin=self.cert),
                           MISSING_INPUT)
        self.assertRefused(self.sop("merge-certs", self.file("junk", b"x"), stdin=self.cert),
                           BAD_DATA)
        self.assertRefused(self.sop("merge-certs", "--profile=x", stdin=self.cert),
                           UNSUPPORTED_OPTION)


class Validate(Case):
    """validate-userid"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ids = {"alice": "Alice <alice@example.org>", "bob": "Bob <bob@example.org>"}
        for name, user_id in cls.ids.items():
            key = cls.sop.must("generate-key", "--no-armor", user_id)
            cert = cls.sop.must("extract-cert", "--no-armor", stdin=key)
            (cls.folder / f"{name}.key").write_bytes(key)
            (cls.folder / f"{name}.cert").write_bytes(cert)
        cls.alice, cls.bob = cls.folder / "alice.cert", cls.folder / "bob.cert"
        cls.certified = cls.certify(cls.ids["bob"])

    @classmethod
    def certify(cls, user_id, *options, key="alice.key", cert=None):
        return cls.sop.must("certify-userid", "--no-armor", f"--userid={user_id}", *options,
                            cls.folder / key, stdin=cert or cls.bob.read_bytes())

    def validate(self, user_id, *more, stdin):
        result = self.sop("validate-userid", user_id, *more, stdin=stdin)
        self.assertEqual(result.out, b"")
        if result.code != OK:
            self.assertTrue(result.err)
        return result.code

    def test_certified_or_not(self):
        alice, bob = self.alice.read_bytes(), self.bob.read_bytes()
        self.assertEqual(self.validate(self.ids["alice"], self.alice, stdin=alice), OK)
        self.assertEqual(self.validate(self.ids["bob"], self.alice, stdin=bob),
                         CERT_USERID_NO_MATCH)
        self.assertEqual(self.validate(self.ids["bob"], self.alice, stdin=self.certified), OK)
        self.assertEqual(self.validate(self.ids["bob"], self.bob, self.alice, stdin=bob), OK)
        self.assertEqual(self.validate("Bob", self.alice, stdin=self.certified),
                         CERT_USERID_NO_MATCH)

    def test_each_certificate_counts(self):
        both = self.certified + self.alice.read_bytes()
        self.assertEqual(self.validate(self.ids["bob"], self.alice, stdin=both),
                         CERT_USERID_NO_MATCH)
        self.assertEqual(self.validate(self.ids["bob"], self.alice, stdin=self.certified * 2), OK)

    def test_pet_name(self):
        named = self.certify("Bobby", "--no-require-self-sig")
        self.assertEqual(self.validate("Bobby", self.alice, stdin=named), OK)
        self.assertEqual(self.validate("Bobby", self.file("named", named), stdin=named),
                         CERT_USERID_NO_MATCH)

    def test_addresses(self):
        def ask(address, stdin=self.certified):
            return self.validate("--addr-spec-only", address, self.alice, stdin=stdin)
        for address in ("bob@example.org", "bob@EXAMPLE.org"):
            self.assertEqual(ask(address), OK)
        for address in ("Bob@example.org", "bob@example.or", "ob@example.org", "", "example.org",
                        "Bob <bob@example.org>", "<bob@example.org>", "bob@example.org>"):
            self.assertEqual(ask(address), CERT_USERID_NO_MATCH)
        for user_id in ("bob@example.org", "<bob@example.org>", "B <b@x> <bob@example.org>"):
            self.assertEqual(ask("bob@example.org",
                                 self.certify(user_id, "--no-require-self-sig")), OK)
        for user_id in ("bob@example.org <eve@example.org>", "<bob@example.org> Eve",
                        "Eve bob@example.org"):
            named = self.certify(user_id, "--no-require-self-sig")
            self.assertEqual(ask("bob@example.org", named), CERT_USERID_NO_MATCH)

    def test_dates(self):
        def ask(date):
            return self.validate(f"--validate-at={date}", self.ids["bob"], self.alice,
                                 stdin=self.certified)
        self.assertEqual(ask("now"), OK)
        self.assertEqual(ask("2020-01-01T00:00:00Z"), CERT_USERID_NO_MATCH)
        self.assertEqual(ask("2099-01-01T00:00:00Z"), CERT_USERID_NO_MATCH)  # all have expired
        self.assertEqual(ask("then"), UNSUPPORTED_OPTION)
        self.assertEqual(ask("-"), UNSUPPORTED_OPTION)

    def test_revoked_keys(self):
        for name in ("alice", "bob"):
            key = (self.folder / f"{name}.key").read_bytes()
            revocation = self.file("revocation", self.sop.must("revoke-key", stdin=key))
            cert = self.sop.must("merge-certs", "--no-armor", revocation,
                                 stdin=self.alice.read_bytes() if name == "alice"
                                 else self.certified)
            authority = self.file("authority", cert) if name == "alice" else self.alice
            self.assertEqual(self.validate(self.ids["bob"], authority,
                                           stdin=self.certified if name == "alice" else cert),
                             CERT_USERID_NO_MATCH)

    def test_many_certificates(self):
        many = self.file("many", self.bob.read_bytes() * 20000)

        def seconds(*argv):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            with many.open("rb") as stdin:
                code = self.sop(*argv, stdin=stdin).code
            return code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

        merged, once = seconds("merge-certs", "--no-armor")
        refused, each = seconds("validate-userid", self.ids["bob"], self.alice)
        self.assertEqual((merged, refused), (OK, CERT_USERID_NO_MATCH))
        self.assertLess(each, 10 * once)

    def test_refusals(self):
        self.assertRefused(self.sop("validate-userid", "x", stdin=self.certified), MISSING_ARG)
        self.assertRefused(self.sop("validate-userid", "x", self.alice, stdin=b"x"), BAD_DATA)
        self.assertRefused(self.sop("validate-userid", "x", self.folder / "none",
                                    stdin=self.certified), MISSING_INPUT)
        self.assertRefused(self.sop("validate-userid", "x", self.folder / "alice.key",
                                    stdin=self.certified), BAD_DATA)


class Unreadable(Case):
    """Keys and certificates that can't be read, beside others: nothing is left out in silence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = "Alice <alice@example.org>"
        cls.key = cls.sop.must("generate-key", "--no-armor", cls.user)
        cls.cert = cls.sop.must("extract-cert", "--no-armor", stdin=cls.key)
        cls.keys = cls.key + packets.join([(packets.SECRET_KEY, b"\x03old")])
        cls.certs = cls.cert + packets.join([(packets.PUBLIC_KEY, b"\x03old")])

    def test_keys(self):
        keys, cert = self.file("keys", self.keys), self.file("cert", self.cert)
        for command in ("change-key-password", "update-key", "revoke-key"):
            result = self.assertRefused(self.sop(command, stdin=self.keys), BAD_DATA)
            self.assertIn(b"1 of its 2 keys can't be read", result.err)
        for argv in (["sign", keys], ["inline-sign", keys], ["encrypt", "--sign-with", keys, cert]):
            self.assertRefused(self.sop(*argv, stdin=b"x"), KEY_CANNOT_SIGN)
        self.assertRefused(self.sop("certify-userid", f"--userid={self.user}", keys,
                                    stdin=self.cert), KEY_CANNOT_CERTIFY)
        # To decrypt, one key is enough.
        message = self.sop.must("encrypt", cert, stdin=b"x")
        self.assertEqual(self.sop.must("decrypt", keys, stdin=message), b"x")

    def test_certificates(self):
        key, cert, certs = (self.file(name, data) for name, data in (
            ("key", self.key), ("cert", self.cert), ("certs", self.certs)))
        user = f"--userid={self.user}"
        self.assertRefused(self.sop("merge-certs", stdin=self.certs), BAD_DATA)
        self.assertRefused(self.sop("certify-userid", user, key, stdin=self.certs), BAD_DATA)
        self.assertRefused(self.sop("validate-userid", self.user, cert, stdin=self.certs),
                           CERT_USERID_NO_MATCH)
        self.assertRefused(self.sop("encrypt", certs, stdin=b"x"), CERT_CANNOT_ENCRYPT)
        # Arguments of these only contribute.
        self.assertEqual(self.sop.must("merge-certs", "--no-armor", certs, stdin=self.cert),
                         self.cert)
        self.sop.must("validate-userid", self.user, certs, stdin=self.cert)
        self.sop.must("update-key", f"--merge-certs={certs}", stdin=self.key)
        signature = self.file("signature", self.sop.must("sign", key, stdin=b"x"))
        self.sop.must("verify", signature, certs, stdin=b"x")


class Extract(Case):
    """extract-cert with keys that can't be read"""

    def test_left_out_keys_are_told(self):
        key = self.sop.must("generate-key", "--no-armor", "Alice")
        cert = self.sop.must("extract-cert", "--no-armor", stdin=key)
        old = packets.join([(packets.SECRET_KEY, b"\x03old")])
        result = self.sop("extract-cert", "--no-armor", stdin=key + old)
        self.assertEqual((result.code, result.out), (OK, cert))
        self.assertIn(b"1 of 2 keys could not be read", result.err)
        self.assertEqual(self.sop("extract-cert", stdin=key).err, b"")


if __name__ == "__main__":
    harness.main()
