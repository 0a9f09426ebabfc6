#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The subcommands of secmail-sop that maintain keys: passwords, revocation, update, certification."""
import harness
from harness import *  # noqa: F403

PROFILES = ("rfc9580", "rfc4880")


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


if __name__ == "__main__":
    harness.main()
