#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The subcommands of secmail-sop that work on certificates: merge-certs."""
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
