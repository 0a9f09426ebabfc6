#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-sop by the letter of draft-dkg-openpgp-stateless-cli-15: codes, formats, indirections."""
import json
import os
import re
import stat
import subprocess

import harness
from harness import *  # noqa: F403
import packets

TEXT = "Grüße aus Köln\r\nzweite Zeile\n".encode()
BINARY = bytes(range(256)) * 33
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([0-9A-F]{40}|[0-9A-F]{64}) "
                  r"([0-9A-F]{40}|[0-9A-F]{64}) mode:(binary|text) (\{.*\})\n")


def shown(text):
    """Text as it comes out of a message that marks it as text."""
    return text.replace(b"\r\n", b"\n")


class Base(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alice, cls.alice_cert = cls.sop.key(cls.folder, "alice")
        cls.bob, cls.bob_cert = cls.sop.key(cls.folder, "bob", "--profile=rfc4880")


class CommandLine(Base):
    def test_subcommands(self):
        for name in ("frobnicate", "", "Encrypt"):
            self.assertRefused(self.sop(name), UNSUPPORTED_SUBCOMMAND)
        self.assertRefused(self.sop(), MISSING_ARG)

    def test_options(self):
        for argv in (["encrypt", "--frob"], ["encrypt", "-x"], ["sign", "--no-armor=1"],
                     ["dearmor", "--no-armor"], ["verify", "--as=text"], ["encrypt", "--as=mime", self.alice_cert],
                     ["sign", "--as=clearsigned", self.alice], ["encrypt", "--for=fun", self.alice_cert],
                     ["armor", "--label=frob"]):
            self.assertRefused(self.sop(*argv), UNSUPPORTED_OPTION)
        for argv in (["encrypt", "--as"], ["decrypt", "--with-password"]):
            self.assertRefused(self.sop(*argv), MISSING_ARG)
        self.assertRefused(self.sop("encrypt", "--as=text", "--as=text", self.alice_cert),
                           INCOMPATIBLE_OPTIONS)

    def test_arguments(self):
        for argv in (["encrypt"], ["decrypt"], ["sign"], ["verify"], ["verify", "x"],
                     ["list-profiles"], ["encrypt", "--sign-with", self.alice]):
            self.assertRefused(self.sop(*argv), MISSING_ARG)
        for argv in (["version", "x"], ["extract-cert", "x"], ["armor", "x"], ["dearmor", "x"],
                     ["list-profiles", "encrypt", "x"]):
            self.assertRefused(self.sop(*argv), UNSUPPORTED_OPTION)

    def test_option_forms(self):
        password = self.file("password", b"secret")
        for option in (["--with-password", password], [f"--with-password={password}"]):
            message = self.sop.must("encrypt", *option, stdin=b"x")
            self.assertEqual(self.sop.must("decrypt", *option, stdin=message), b"x")
        # Options may follow arguments, and "--" ends them.
        message = self.sop.must("encrypt", self.alice_cert, "--no-armor", stdin=b"x")
        self.assertTrue(message[0] & 0x80)
        self.file("--odd", self.alice_cert.read_bytes())
        self.sop.must("encrypt", "--", "--odd", stdin=b"x", cwd=self.folder)

    def test_help_and_debug(self):
        for argv in (["--help"], ["help"], ["-h"], ["encrypt", "--help"], ["encrypt", "-h"]):
            result = self.assertExit(self.sop(*argv), OK)
            self.assertTrue(result.out.startswith(b"usage: secmail-sop"))
            self.assertEqual(result.err, b"")
        usage = self.sop.must("decrypt", "--help").decode()
        for option in ("--session-key-out=", "--with-session-key=", "--with-password=",
                       "--with-key-password=", "--verifications-out=", "--verify-with=",
                       "--verify-not-before=", "--verify-not-after="):
            self.assertIn(option, usage)
        self.sop.must("--debug", "version")
        self.sop.must("version", "--debug")
        result = self.sop("decrypt", "--debug", self.alice, stdin=b"x")
        self.assertIn(b"SECMAIL_E_NO_DATA", result.err)

    def test_failures_are_told_on_one_line_of_text(self):
        odd = "no\nsuch\x1b[31mfile"
        result = self.assertRefused(self.sop("encrypt", odd), MISSING_INPUT)
        self.assertEqual(result.err.count(b"\n"), 1)
        result = self.assertRefused(self.sop("sign", self.alice_cert), BAD_DATA)
        self.assertEqual(result.err.count(b"\n"), 1)
        self.assertIn(str(self.alice_cert).encode(), result.err)


class Version(Case):
    def test_version(self):
        simple = self.sop.must("version").decode()
        self.assertRegex(simple, r"\Asecmail-sop \d+\.\d+\.\d+\n\Z")
        self.assertRegex(self.sop.must("version", "--backend").decode(),
                         r"\Alibsecmail \d+\.\d+\.\d+\n\Z")
        extended = self.sop.must("version", "--extended").decode()
        self.assertTrue(extended.startswith(simple))
        self.assertIn("aead-ocb", extended)
        self.assertEqual(self.sop.must("version", "--sop-spec"),
                         b"draft-dkg-openpgp-stateless-cli-15\n")
        self.assertEqual(self.sop.must("version", "--sopv"), b"1.0\n")
        self.assertRefused(self.sop("version", "--backend", "--extended"), INCOMPATIBLE_OPTIONS)

    def test_profiles(self):
        names = {"generate-key": ["rfc9580", "rfc4880", "rfc9580-448", "rfc4880-rsa"],
                 "encrypt": ["rfc9580", "rfc4880"]}
        for command in names:
            lines = self.sop.must("list-profiles", command).decode().splitlines()
            self.assertEqual([line.split(":")[0] for line in lines], names[command])
            for i, line in enumerate(lines):
                # The main profiles have aliases, special ones don't.
                aliases = r" \(aliases: [a-z0-9-]+(, [a-z0-9-]+)*\)" if i < 2 else r"[^()]"
                self.assertRegex(line, r"\A[a-z0-9@.-]+: .*" + aliases + r"\Z")
                self.assertLess(len(line.encode()), 1000)
        for command in ("decrypt", "sign", "frob"):
            self.assertRefused(self.sop("list-profiles", command), UNSUPPORTED_PROFILE)


class Keys(Base):
    def version_of(self, key):
        return packets.split(packets.dearmor(key))[0][1][0]

    def test_profiles(self):
        for profile, version in (("rfc9580", 6), ("default", 6), ("security", 6), ("rfc4880", 4),
                                 ("performance", 6), ("compatibility", 4),
                                 ("draft-koch-eddsa-for-openpgp-00", 4)):
            key = self.sop.must("generate-key", f"--profile={profile}", "x")
            self.assertEqual(self.version_of(key), version)
        self.assertEqual(self.version_of(self.sop.must("generate-key", "x")), 6)
        self.assertRefused(self.sop("generate-key", "--profile=rfc1991"), UNSUPPORTED_PROFILE)
        self.assertRefused(self.sop("generate-key", "--profile="), UNSUPPORTED_PROFILE)

    def test_armor(self):
        key = self.sop.must("generate-key", "x")
        self.assertTrue(key.startswith(b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n"))
        cert = self.sop.must("extract-cert", stdin=key)
        self.assertTrue(cert.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n"))
        binary = self.sop.must("generate-key", "--no-armor", "x")
        self.assertEqual(packets.split(binary)[0][0], packets.SECRET_KEY)
        cert = self.sop.must("extract-cert", "--no-armor", stdin=binary)
        tags = [tag for tag, _ in packets.split(cert)]
        self.assertEqual(tags[0], packets.PUBLIC_KEY)
        self.assertFalse({packets.SECRET_KEY, packets.SECRET_SUBKEY} & set(tags))

    def test_user_ids(self):
        for users in ([], ["Alice <alice@example.org>"], ["Käthe", "two", "three"]):
            key = packets.split(self.sop.must("generate-key", "--no-armor", "--", *users))
            found = [body.decode() for tag, body in key if tag == packets.USER_ID]
            self.assertEqual(found, users)
        self.assertRefused(self.sop("generate-key", b"\xff\xfe"), EXPECTED_TEXT)

    def test_signing_only(self):
        key, cert = self.sop.key(self.folder, "signer", "--signing-only")
        self.sop.must("sign", key, stdin=b"x")
        self.assertRefused(self.sop("encrypt", cert, stdin=b"x"), CERT_CANNOT_ENCRYPT)

    def test_several_keys_in_one_file(self):
        both = self.file("both.key", self.sop.must("dearmor", stdin=self.alice.read_bytes())
                         + self.sop.must("dearmor", stdin=self.bob.read_bytes()))
        for option in ([], ["--no-armor"]):
            cert = self.sop.must("extract-cert", *option, stdin=both.read_bytes())
            tags = [tag for tag, _ in packets.split(packets.dearmor(cert))]
            self.assertEqual(tags.count(packets.PUBLIC_KEY), 2)
            self.assertEqual(cert.count(b"BEGIN"), 0 if option else 1)
        certs = self.file("both.cert", cert)
        signatures = self.file("both.sig", self.sop.must("sign", both, stdin=b"x"))
        lines = self.sop.must("verify", signatures, certs, stdin=b"x").decode()
        self.assertEqual(len(lines.splitlines()), 2)
        message = self.sop.must("encrypt", certs, stdin=b"y")
        for key in (self.alice, self.bob, both):
            self.assertEqual(self.sop.must("decrypt", key, stdin=message), b"y")

    def test_extract_cert_wants_keys(self):
        for data in (b"", b"x", self.alice_cert.read_bytes(), os.urandom(500)):
            self.assertRefused(self.sop("extract-cert", stdin=data), BAD_DATA)


class Locked(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.password = cls.folder / "password"
        cls.password.write_bytes("pässword\n".encode())
        cls.wrong = cls.folder / "wrong"
        cls.wrong.write_bytes(b"pasword")

    def test_locked_keys(self):
        for profile in ("rfc9580", "rfc4880"):
            key, cert = self.sop.key(self.folder, f"locked-{profile}", f"--profile={profile}",
                                     f"--with-key-password={self.password}")
            unlock = f"--with-key-password={self.password}"
            wrong = f"--with-key-password={self.wrong}"
            signature = self.file("s", self.sop.must("sign", unlock, key, stdin=b"x"))
            self.sop.must("verify", signature, cert, stdin=b"x")
            message = self.sop.must("encrypt", wrong, unlock, "--sign-with", key, cert, stdin=b"x")
            self.assertEqual(self.sop.must("decrypt", wrong, unlock, key, stdin=message), b"x")
            for option in ([], [wrong]):
                self.assertRefused(self.sop("sign", *option, key, stdin=b"x"), KEY_IS_PROTECTED)
                self.assertRefused(self.sop("encrypt", *option, "--sign-with", key, cert,
                                            stdin=b"x"), KEY_IS_PROTECTED)
                self.assertRefused(self.sop("decrypt", *option, key, stdin=message),
                                   KEY_IS_PROTECTED)
            # A locked key that the message isn't for doesn't disturb.
            other = self.sop.must("encrypt", self.alice_cert, stdin=b"z")
            self.assertEqual(self.sop.must("decrypt", key, self.alice, stdin=other), b"z")

    def test_parts_with_different_passwords(self):
        # As GnuPG exports a key whose parts got their passwords one by one.
        clear = self.sop.must("generate-key", "--no-armor", "--profile=rfc4880", "x")
        cert = self.file("parts.cert", self.sop.must("extract-cert", stdin=clear))
        one, other = (packets.split(self.sop.must(
            "change-key-password", "--no-armor", f"--new-key-password={path}", stdin=clear))
            for path in (self.password, self.wrong))
        parts = one[:1] + other[1:]
        self.assertNotEqual(parts[0][1], other[0][1])
        key = self.file("parts.key", packets.join(parts))
        message = self.sop.must("encrypt", cert, stdin=b"x")
        both = [f"--with-key-password={path}" for path in (self.wrong, self.password)]
        user = ["certify-userid", "--userid=Alice <alice@example.org>"]
        for argv, stdin in ((["sign", key], b"x"), (["decrypt", key], message),
                            (["encrypt", "--sign-with", key, cert], b"x"),
                            (["revoke-key"], key.read_bytes()),
                            ([*user, key], self.alice_cert.read_bytes())):
            self.sop.must(argv[0], *both, *argv[1:], stdin=stdin)
            self.assertRefused(self.sop(argv[0], both[1], *argv[1:], stdin=stdin), KEY_IS_PROTECTED)

    def test_one_password_for_a_new_key(self):
        option = f"--with-key-password={self.password}"
        self.assertRefused(self.sop("generate-key", option, option, "x"), INCOMPATIBLE_OPTIONS)


class Passwords(Base):
    def test_white_space_at_the_end(self):
        made = self.file("made", b"correct horse \t\r\n")
        message = self.sop.must("encrypt", f"--with-password={made}", stdin=b"x")
        for text in (b"correct horse", b"correct horse\n", b"correct horse \t\r\n"):
            given = self.file("given", text)
            self.assertEqual(self.sop.must("decrypt", f"--with-password={given}", stdin=message),
                             b"x")
        for text in (b" correct horse", b"correct horsE", b""):
            given = self.file("given", text)
            self.assertRefused(self.sop("decrypt", f"--with-password={given}", stdin=message),
                               CANNOT_DECRYPT)

    def test_a_password_is_tried_as_it_is_first(self):
        # Other software may have used the line end, and bytes that aren't text.
        for text in (b"with line end\n", b"\xff\x00\xfe"):
            skesk, key = packets.skesk4(text)
            message = skesk + packets.seipd1(key, packets.literal(b"x"))
            given = self.file("given", text)
            self.assertEqual(self.sop.must("decrypt", f"--with-password={given}", stdin=message),
                             b"x")

    def test_passwords_that_people_can_not_type(self):
        for text in (b"\xff\xfe", b"", b"\n", b"a\nb", b"a\x00b", b"\xed\xa0\x80", b"\x7f"):
            given = self.file("given", text)
            self.assertRefused(self.sop("encrypt", f"--with-password={given}", stdin=b"x"),
                               PASSWORD_NOT_HUMAN_READABLE)
            self.assertRefused(self.sop("generate-key", f"--with-key-password={given}", "x"),
                               PASSWORD_NOT_HUMAN_READABLE)

    def test_many(self):
        wrong = [f"--with-password={self.file(f'wrong{i}', b'wrong%d' % i + b' ' * 3)}"
                 for i in range(12)]
        right = f"--with-password={self.file('right', b'right')}"
        message = self.sop.must("encrypt", "--profile=rfc4880", right, stdin=b"x")
        self.assertEqual(self.sop.must("decrypt", *wrong, right, stdin=message), b"x")
        self.assertRefused(self.sop("decrypt", *wrong, stdin=message), CANNOT_DECRYPT)

    def test_several(self):
        one, two, other = (self.file(n, n.encode()) for n in ("one", "two", "other"))
        message = self.sop.must("encrypt", f"--with-password={one}", f"--with-password={two}",
                                self.alice_cert, stdin=b"x")
        for argv in ([f"--with-password={one}"], [f"--with-password={other}",
                     f"--with-password={two}"], [self.alice]):
            self.assertEqual(self.sop.must("decrypt", *argv, stdin=message), b"x")
        self.assertRefused(self.sop("decrypt", f"--with-password={other}", stdin=message),
                           CANNOT_DECRYPT)
        self.assertRefused(self.sop("decrypt", self.bob, stdin=message), CANNOT_DECRYPT)


class Signatures(Base):
    def verify(self, signature, *argv, data=BINARY, code=OK):
        path = self.file("verify.sig", signature)
        result = self.assertExit(self.sop("verify", *argv, path, self.alice_cert, self.bob_cert,
                                          stdin=data), code)
        return result.out.decode()

    def test_round_trip(self):
        for key, cert in ((self.alice, self.alice_cert), (self.bob, self.bob_cert)):
            for option in ([], ["--no-armor"], ["--as=binary"]):
                signature = self.sop.must("sign", *option, key, stdin=BINARY)
                armored = signature.startswith(b"-----BEGIN PGP SIGNATURE-----\n")
                self.assertEqual(armored, option != ["--no-armor"])
                match = LINE.fullmatch(self.verify(signature))
                self.assertEqual(match[4], "binary")
                self.assertEqual(json.loads(match[5]), {"signers": [str(cert)]})
                body = packets.split(packets.dearmor(signature))[0][1]
                self.assertEqual(body[1], 0)
                self.assertEqual(self.verify(signature, data=BINARY + b"x", code=NO_SIGNATURE), "")

    def test_text(self):
        signature = self.sop.must("sign", "--as=text", self.alice, stdin=TEXT)
        self.assertEqual(packets.split(packets.dearmor(signature))[0][1][1], 1)
        for data in (TEXT, TEXT.replace(b"\r\n", b"\n"), TEXT.replace(b"\r\n", b"\n").replace(
                b"\n", b"\r\n")):
            self.assertEqual(LINE.fullmatch(self.verify(signature, data=data))[4], "text")
        self.verify(signature, data=TEXT.replace(b"K", b"k"), code=NO_SIGNATURE)
        self.assertRefused(self.sop("sign", "--as=text", self.alice, stdin=b"\xff"), EXPECTED_TEXT)
        self.assertRefused(self.sop("sign", "--as=text", self.alice, stdin=b"x" * 70000 + b"\xc3"),
                           EXPECTED_TEXT)

    def test_several_signers(self):
        signatures = self.sop.must("sign", self.alice, self.bob, stdin=BINARY)
        self.assertEqual(len(packets.split(packets.dearmor(signatures))), 2)
        lines = self.verify(signatures).splitlines(keepends=True)
        signers = [json.loads(LINE.fullmatch(line)[5])["signers"] for line in lines]
        self.assertEqual(signers, [[str(self.alice_cert)], [str(self.bob_cert)]])
        # One good signature is enough, and only it is listed.
        path = self.file("several.sig", signatures)
        result = self.assertExit(self.sop("verify", path, self.bob_cert, stdin=BINARY), OK)
        self.assertEqual(len(result.out.splitlines()), 1)
        self.assertIn(b"signature 1 is not accepted", result.err)

    def test_signers_name_every_file_that_has_the_certificate(self):
        path = self.file("a.sig", self.sop.must("sign", self.alice, stdin=b"x"))
        copy = self.file('co"py\n.cert', self.alice_cert.read_bytes())
        out = self.sop.must("verify", path, self.alice_cert, self.bob_cert, copy, stdin=b"x")
        signers = json.loads(LINE.fullmatch(out.decode())[5])["signers"]
        self.assertEqual(signers, [str(self.alice_cert), str(copy)])

    def test_dates(self):
        signature = self.sop.must("sign", self.alice, stdin=BINARY)
        date = LINE.fullmatch(self.verify(signature))[1]
        for argv in (["--not-before=-"], ["--not-after=-"], ["--not-after=now"],
                     [f"--not-before={date}"], [f"--not-after={date}"],
                     ["--not-before=2020-01-01", "--not-after=9999-12-31T23:59:59Z"]):
            self.verify(signature, *argv)
        for argv in (["--not-before=9999-01-01T00:00:00Z"], ["--not-after=20200101T000000Z"],
                     ["--not-before=9999-01-01", "--not-after=-"]):
            self.assertEqual(self.verify(signature, *argv, code=NO_SIGNATURE), "")
        for date in ("", "yesterday", "2026-02-30", "2026-01-01T00:00:00Zx"):
            path = self.file("verify.sig", signature)
            self.assertRefused(self.sop("verify", f"--not-before={date}", path, self.alice_cert,
                                        stdin=BINARY), UNSUPPORTED_OPTION)

    def test_unknown_signer(self):
        path = self.file("a.sig", self.sop.must("sign", self.alice, stdin=b"x"))
        self.assertRefused(self.sop("verify", path, self.bob_cert, stdin=b"x"), NO_SIGNATURE)

    def test_micalg(self):
        out = self.folder / "micalg"
        self.sop.must("sign", f"--micalg-out={out}", self.alice, stdin=b"x")
        self.assertIn(out.read_bytes(), (b"pgp-sha256", b"pgp-sha384", b"pgp-sha512"))
        self.assertRefused(self.sop("sign", f"--micalg-out={out}", self.alice, stdin=b"x"),
                           OUTPUT_EXISTS)

    def test_wrong_inputs(self):
        good = self.file("a.sig", self.sop.must("sign", self.alice, stdin=b"x"))
        garbage = self.file("garbage", b"garbage\n")
        for sig, cert in ((garbage, self.alice_cert), (good, garbage), (self.alice_cert,
                          self.alice_cert), (good, self.alice), (good, good)):
            self.assertRefused(self.sop("verify", sig, cert, stdin=b"x"), BAD_DATA)
        for key in (garbage, self.alice_cert, good):
            self.assertRefused(self.sop("sign", key, stdin=b"x"), BAD_DATA)
        self.assertRefused(self.sop("verify", "nothing", self.alice_cert), MISSING_INPUT)
        self.assertRefused(self.sop("verify", good, "nothing"), MISSING_INPUT)


class Messages(Base):
    def test_round_trip(self):
        for size in (0, 1, 63, 64, 65, 4096, 65535, 65536, 262144, 1 << 20, 3000000):
            data = (BINARY * (size // len(BINARY) + 1))[:size]
            for cert, key in ((self.alice_cert, self.alice), (self.bob_cert, self.bob)):
                for option in ([], ["--no-armor"]):
                    message = self.sop.must("encrypt", *option, cert, stdin=data)
                    armored = message.startswith(b"-----BEGIN PGP MESSAGE-----\n")
                    self.assertEqual(armored, not option)
                    result = self.assertExit(self.sop("decrypt", key, stdin=message), OK)
                    self.assertEqual(result.out, data)
                    self.assertEqual(result.err, b"")

    def tags(self, message):
        return [(tag, body[0]) for tag, body in packets.split(packets.dearmor(message))]

    def test_formats(self):
        v4, v6 = (packets.PKESK, 3), (packets.PKESK, 6)
        message = self.sop.must("encrypt", self.alice_cert, stdin=b"x")
        self.assertEqual(self.tags(message), [v6, (packets.SEIPD, 2)])
        message = self.sop.must("encrypt", self.bob_cert, stdin=b"x")
        self.assertEqual(self.tags(message), [v4, (packets.SEIPD, 1)])
        message = self.sop.must("encrypt", "--profile=rfc4880", self.alice_cert, stdin=b"x")
        self.assertEqual(self.tags(message)[-1], (packets.SEIPD, 1))
        # One reader who can't read AEAD is enough to do without it.
        message = self.sop.must("encrypt", self.alice_cert, self.bob_cert, stdin=b"x")
        self.assertEqual(self.tags(message)[-1], (packets.SEIPD, 1))
        for key in (self.alice, self.bob):
            self.assertEqual(self.sop.must("decrypt", key, stdin=message), b"x")
        self.assertRefused(self.sop("encrypt", "--profile=x", self.bob_cert, stdin=b"x"),
                           UNSUPPORTED_PROFILE)

    def test_purposes(self):
        for purpose in ("any", "storage", "communications"):
            message = self.sop.must("encrypt", f"--for={purpose}", self.alice_cert, stdin=b"x")
            self.assertEqual(self.sop.must("decrypt", self.alice, stdin=message), b"x")
        mail = packets.Identity(subkey_flags=4)
        disk = packets.Identity(subkey_flags=8)
        for identity, good, bad in ((mail, "communications", "storage"),
                                    (disk, "storage", "communications")):
            cert = self.file("purpose.cert", identity.cert())
            self.sop.must("encrypt", f"--for={good}", cert, stdin=b"x")
            self.sop.must("encrypt", "--for=any", cert, stdin=b"x")
            self.assertRefused(self.sop("encrypt", f"--for={bad}", cert, stdin=b"x"),
                               CERT_CANNOT_ENCRYPT)

    def test_text(self):
        session = self.folder / "text.session"
        for option, kind in ([], b"b"), (["--as=binary"], b"b"), (["--as=text"], b"u"):
            session.unlink(missing_ok=True)
            message = self.sop.must("encrypt", *option, f"--session-key-out={session}",
                                    self.alice_cert, stdin=TEXT)
            self.assertEqual(self.sop.must("decrypt", self.alice, stdin=message),
                             shown(TEXT) if kind == b"u" else TEXT)
        self.assertRefused(self.sop("encrypt", "--as=text", self.alice_cert, stdin=b"\xff\n"),
                           EXPECTED_TEXT)

    def test_signed(self):
        for sign, cert in ((self.alice, self.alice_cert), (self.bob, self.bob_cert)):
            for to, key in ((self.alice_cert, self.alice), (self.bob_cert, self.bob)):
                for mode in ("binary", "text"):
                    message = self.sop.must("encrypt", f"--as={mode}", "--sign-with", sign, to,
                                            stdin=TEXT)
                    out = self.folder / "verifications"
                    out.unlink(missing_ok=True)
                    result = self.sop("decrypt", "--verify-with", cert, "--verifications-out", out,
                                      key, stdin=message)
                    self.assertExit(result, OK)
                    self.assertEqual(result.out, shown(TEXT) if mode == "text" else TEXT)
                    match = LINE.fullmatch(out.read_text())
                    self.assertEqual(match[4], mode)
                    self.assertEqual(json.loads(match[5]), {"signers": [str(cert)]})

    def test_signatures_do_not_change_the_exit_code(self):
        signed = self.sop.must("encrypt", "--sign-with", self.alice, self.bob_cert, stdin=b"x")
        unsigned = self.sop.must("encrypt", self.bob_cert, stdin=b"x")
        for message, cert, dates in ((unsigned, self.alice_cert, []), (signed, self.bob_cert, []),
                                     (signed, self.alice_cert, ["--verify-not-after=2020-01-01"]),
                                     (signed, self.alice_cert, ["--verify-not-before=9999-01-01"])):
            out = self.folder / "none"
            out.unlink(missing_ok=True)
            result = self.sop("decrypt", *dates, "--verify-with", cert, "--verifications-out", out,
                              self.bob, stdin=message)
            self.assertExit(result, OK)
            self.assertEqual(result.out, b"x")
            self.assertEqual(out.read_bytes(), b"")

    def test_old_name_of_verifications_out(self):
        message = self.sop.must("encrypt", "--sign-with", self.alice, self.bob_cert, stdin=b"x")
        out = self.folder / "old-name"
        self.sop.must("decrypt", "--verify-with", self.alice_cert, f"--verify-out={out}", self.bob,
                      stdin=message)
        self.assertTrue(LINE.fullmatch(out.read_text()))
        self.assertRefused(self.sop("decrypt", "--verify-with", self.alice_cert, "--verify-out=x",
                                    "--verifications-out=y", self.bob), INCOMPATIBLE_OPTIONS)

    def test_incomplete_verification(self):
        for argv in (["--verify-with", self.alice_cert], ["--verifications-out=incomplete"],
                     ["--verify-not-before=-"]):
            self.assertRefused(self.sop("decrypt", *argv, self.bob, cwd=self.folder),
                               INCOMPLETE_VERIFICATION)
        self.assertFalse((self.folder / "incomplete").exists())

    def test_session_keys(self):
        for cert, key in ((self.alice_cert, self.alice), (self.bob_cert, self.bob)):
            made, seen = self.folder / "made.session", self.folder / "seen.session"
            made.unlink(missing_ok=True)
            seen.unlink(missing_ok=True)
            message = self.sop.must("encrypt", f"--session-key-out={made}", cert, stdin=b"x")
            self.assertRegex(made.read_bytes(), rb"\A9:[0-9A-F]{64}\n\Z")
            self.assertEqual(stat.S_IMODE(made.stat().st_mode) & 0o77, 0)
            self.sop.must("decrypt", f"--session-key-out={seen}", key, stdin=message)
            self.assertEqual(made.read_bytes(), seen.read_bytes())
            text = made.read_text().strip()
            for form in (text, text.lower(), text + " \r\n\n"):
                given = self.file("given.session", form.encode())
                self.assertEqual(self.sop.must("decrypt", f"--with-session-key={given}",
                                               stdin=message), b"x")
            wrong = self.file("wrong.session", b"9:" + b"00" * 32)
            self.assertRefused(self.sop("decrypt", f"--with-session-key={wrong}", stdin=message),
                               CANNOT_DECRYPT)
            # A wrong one beside the right one doesn't disturb.
            self.assertEqual(self.sop.must("decrypt", f"--with-session-key={wrong}",
                                           f"--with-session-key={given}", stdin=message), b"x")
            # Nor beside the key that the message is for.
            self.assertEqual(self.sop.must("decrypt", f"--with-session-key={wrong}", key,
                                           stdin=message), b"x")
        for text in (b"", b"9", b"9:", b":00", b"9:0", b"9:0g", b"x:00", b"9:" + b"00" * 31,
                     b"9:" + b"00" * 33, b"256:" + b"00" * 32, b"9 :" + b"00" * 32):
            given = self.file("malformed.session", text)
            self.assertRefused(self.sop("decrypt", f"--with-session-key={given}", stdin=message),
                               BAD_DATA)

    def test_wrong_inputs(self):
        garbage = self.file("garbage", b"garbage\n")
        for cert in (garbage, self.alice):
            self.assertRefused(self.sop("encrypt", cert, stdin=b"x"), BAD_DATA)
        for key in (garbage, self.alice_cert):
            self.assertRefused(self.sop("decrypt", key, stdin=b"x"), BAD_DATA)
        self.assertRefused(self.sop("encrypt", "--sign-with", self.alice_cert, self.bob_cert,
                                    stdin=b"x"), BAD_DATA)
        for argv in (["encrypt", "nothing"], ["encrypt", "--with-password=nothing"],
                     ["decrypt", "nothing"], ["decrypt", "--with-session-key=nothing"],
                     ["sign", "nothing"]):
            self.assertRefused(self.sop(*argv, stdin=b"x", cwd=self.folder), MISSING_INPUT)
        self.assertRefused(self.sop("encrypt", self.folder, stdin=b"x"), MISSING_INPUT)

    def test_no_message_unless_every_recipient_can_read_it(self):
        only = packets.Identity(subkey_flags=0)
        cert = self.file("only.cert", only.cert())
        for argv in ([cert, self.alice_cert], [self.alice_cert, cert]):
            self.assertRefused(self.sop("encrypt", *argv, stdin=b"x"), CERT_CANNOT_ENCRYPT)


class Files(Base):
    def test_environment(self):
        env = {"PASSWORD": "from the environment", "CERT": self.alice_cert.read_text(),
               "KEY": self.alice.read_text(), "EMPTY": ""}
        message = self.sop.must("encrypt", "--with-password=@ENV:PASSWORD", "@ENV:CERT", stdin=b"x",
                                env=env)
        for argv in (["--with-password=@ENV:PASSWORD"], ["@ENV:KEY"]):
            self.assertEqual(self.sop.must("decrypt", *argv, stdin=message, env=env), b"x")
        self.assertRefused(self.sop("encrypt", "@ENV:UNSET_VARIABLE", stdin=b"x"), MISSING_INPUT)
        self.assertRefused(self.sop("encrypt", "@ENV:EMPTY", stdin=b"x", env=env), BAD_DATA)

    def test_descriptors(self):
        read, write = os.pipe()
        os.write(write, self.alice_cert.read_bytes())
        os.close(write)
        session_read, session_write = os.pipe()
        message = self.sop.must("encrypt", f"--session-key-out=@FD:{session_write}", f"@FD:{read}",
                                stdin=b"x", pass_fds=(read, session_write))
        os.close(read)
        os.close(session_write)
        with os.fdopen(session_read, "rb") as pipe:
            session = pipe.read()
        given = self.file("fd.session", session)
        self.assertEqual(self.sop.must("decrypt", f"--with-session-key={given}", stdin=message),
                         b"x")
        for name in ("@FD:997", "@FD:", "@FD:x", "@FD:-1", "@FD:99999999999999999999", "@FD:1x"):
            self.assertRefused(self.sop("encrypt", name, stdin=b"x"), MISSING_INPUT)
            self.assertRefused(self.sop("encrypt", f"--session-key-out={name}", self.alice_cert,
                                        stdin=b"x"), 1)

    def test_special_prefixes(self):
        for name in ("@HTTP:x", "@", "@x", "@env:HOME", "@FD", "@ENV"):
            self.assertRefused(self.sop("encrypt", name, stdin=b"x"), UNSUPPORTED_SPECIAL_PREFIX)
        for name in ("@ENV:HOME", "@HTTP:x", "@"):
            self.assertRefused(self.sop("encrypt", f"--session-key-out={name}", self.alice_cert,
                                        stdin=b"x"), UNSUPPORTED_SPECIAL_PREFIX)

    def test_ambiguous_inputs(self):
        for name in ("@ENV:CERT", "@FD:0", "@HTTP:x"):
            self.file(name, self.alice_cert.read_bytes())
            env = {"CERT": self.alice_cert.read_text()}
            self.assertRefused(self.sop("encrypt", name, stdin=b"x", env=env, cwd=self.folder),
                               AMBIGUOUS_INPUT)
            self.sop.must("encrypt", f"./{name}", stdin=b"x", env=env, cwd=self.folder)
            (self.folder / name).unlink()

    def test_outputs_never_replace(self):
        there = self.file("there", b"precious")
        link = self.folder / "link"
        link.symlink_to(self.folder / "dangling")
        message = self.sop.must("encrypt", self.alice_cert, stdin=b"x")
        for path in (there, link, self.folder):
            for argv in (["encrypt", f"--session-key-out={path}", self.alice_cert],
                         ["decrypt", f"--session-key-out={path}", self.alice],
                         ["decrypt", f"--verifications-out={path}", "--verify-with",
                          self.alice_cert, self.alice],
                         ["sign", f"--micalg-out={path}", self.alice]):
                self.assertRefused(self.sop(*argv, stdin=message), OUTPUT_EXISTS)
        self.assertEqual(there.read_bytes(), b"precious")
        self.assertFalse((self.folder / "dangling").exists())
        self.assertRefused(self.sop("encrypt", "--session-key-out=no/such/folder", self.alice_cert,
                                    stdin=b"x", cwd=self.folder), 1)

    def test_a_failed_command_leaves_no_file(self):
        out, session = self.folder / "left", self.folder / "left.session"
        for argv in (["decrypt", f"--verifications-out={out}", "--verify-with", self.alice_cert,
                      f"--session-key-out={session}", self.alice],
                     ["encrypt", f"--session-key-out={session}", self.folder / "nothing"],
                     ["sign", f"--micalg-out={out}", self.alice_cert]):
            self.assertRefused(self.sop(*argv, stdin=b"garbage"))
            self.assertFalse(out.exists() or session.exists())

    def test_a_full_disk_is_a_failure(self):
        message = self.sop.must("encrypt", self.alice_cert, stdin=b"x")
        with open("/dev/full", "wb") as full:
            for argv, stdin in ((["decrypt", self.alice], message), (["version"], b""),
                                (["encrypt", self.alice_cert], b"x"), (["sign", self.alice], b"x"),
                                (["generate-key", "x"], b""), (["armor"], self.bob.read_bytes()),
                                (["list-profiles", "encrypt"], b""), (["encrypt", "--help"], b"")):
                result = self.sop(*argv, stdin=stdin, stdout=full)
                self.assertExit(result, 1)
                self.assertTrue(result.err)

    def test_closed_streams(self):
        # Who closes a stream doesn't make a file that is opened later stand in for it.
        message = self.file("closed.pgp", self.sop.must("encrypt", "--sign-with", self.alice,
                                                        self.bob_cert, stdin=b"forged line\n"))
        out = self.folder / "closed.out"
        verify = ["decrypt", f"--verifications-out={out}", "--verify-with", self.bob_cert, self.bob]
        session = ["decrypt", f"--session-key-out={out}", self.bob]
        for stream, argv, codes in ((0, verify, {MISSING_INPUT}), (1, verify, {1}),
                                    (1, session, {1}), (2, verify, {OK})):
            out.unlink(missing_ok=True)
            with message.open("rb") as stdin:
                process = subprocess.Popen([self.sop.path, *argv], stdin=stdin,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                           preexec_fn=lambda: os.close(stream))
                self.assertIn(process.wait(), codes, (stream, argv))
            self.assertEqual(out.read_bytes() if out.exists() else b"", b"", (stream, argv))

    def test_a_reader_that_goes_away(self):
        out = self.folder / "gone.session"
        message = self.sop.must("encrypt", self.alice_cert, stdin=b"x")
        read, write = os.pipe()
        os.close(read)
        result = self.sop("decrypt", f"--session-key-out={out}", self.alice, stdin=message,
                          stdout=write)
        os.close(write)
        self.assertExit(result, 1)
        self.assertIn(b"Broken pipe", result.err)
        self.assertFalse(out.exists())


class Armor(Base):
    def test_round_trip(self):
        signature = self.sop.must("sign", self.alice, stdin=b"x")
        message = self.sop.must("encrypt", self.alice_cert, stdin=BINARY)
        for data, label in ((self.alice.read_bytes(), b"PRIVATE KEY BLOCK"),
                            (self.alice_cert.read_bytes(), b"PUBLIC KEY BLOCK"),
                            (signature, b"SIGNATURE"), (message, b"MESSAGE")):
            self.assertTrue(data.startswith(b"-----BEGIN PGP " + label + b"-----\n"))
            binary = self.sop.must("dearmor", stdin=data)
            self.assertEqual(binary, packets.dearmor(data))
            self.assertEqual(packets.dearmor(self.sop.must("armor", stdin=binary)), binary)
            self.assertTrue(self.sop.must("armor", stdin=binary).startswith(
                b"-----BEGIN PGP " + label))
            self.assertEqual(self.sop.must("armor", stdin=data), data)
            self.assertEqual(self.sop.must("dearmor", stdin=binary), binary)

    def test_labels(self):
        binary = packets.dearmor(self.alice_cert.read_bytes())
        for name, label in (("auto", b"PUBLIC KEY BLOCK"), ("cert", b"PUBLIC KEY BLOCK")):
            self.assertTrue(self.sop.must("armor", f"--label={name}", stdin=binary).startswith(
                b"-----BEGIN PGP " + label + b"-----"))

    def test_large(self):
        message = self.sop.must("encrypt", "--no-armor", self.alice_cert, stdin=os.urandom(2000000))
        armored = self.sop.must("armor", stdin=message)
        self.assertEqual(packets.dearmor(armored), message)
        self.assertEqual(self.sop.must("dearmor", stdin=armored), message)

    def test_wrong_inputs(self):
        for data in (b"", b"no OpenPGP data\n", b"\x00\x01", b"-----BEGIN PGP MESSAGE-----\n\n!!\n"):
            self.assertRefused(self.sop("dearmor", stdin=data), BAD_DATA)
        for data in (b"", b"no OpenPGP data\n", b"\x00\x01"):
            self.assertRefused(self.sop("armor", stdin=data), BAD_DATA)


class Large(Base):
    """Memory doesn't grow with the message, from a pipe and from a file."""
    SIZE = 80 << 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.folder / "large"
        block = os.urandom(1 << 20)
        with cls.data.open("wb") as out:
            for _ in range(cls.SIZE >> 20):
                out.write(block)

    def encrypt(self, *argv):
        path = self.folder / "large.pgp"
        with self.data.open("rb") as stdin, path.open("wb") as stdout:
            result = self.sop("encrypt", "--no-armor", *argv, stdin=stdin, stdout=stdout,
                              measure=True)
        self.assertExit(result, OK)
        self.assertLess(result.peak_kib, 32 << 10)
        return path

    def decrypt(self, message, key, piped=False):
        out = self.folder / "large.out"
        with message.open("rb") as file, out.open("wb") as stdout:
            cat = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) if piped else None
            result = self.sop("decrypt", key, stdin=cat.stdout if piped else file, stdout=stdout,
                              measure=True)
            if piped:
                cat.stdout.close()
                cat.wait()
        self.assertExit(result, OK)
        same = subprocess.run(["cmp", "-s", self.data, out]).returncode == 0
        self.assertTrue(same, "another plaintext came out")
        return result

    def test_seipdv2(self):
        message = self.encrypt(self.alice_cert)
        for piped in (False, True):
            self.assertLess(self.decrypt(message, self.alice, piped).peak_kib, 32 << 10)

    def test_seipdv1_is_read_twice(self):
        message = self.encrypt(self.bob_cert)
        # A sanitizer keeps freed blocks for a while.
        bound = (64 if "ASAN_OPTIONS" in os.environ else 32) << 10
        for piped in (False, True):
            self.assertLess(self.decrypt(message, self.bob, piped).peak_kib, bound)
        # Its last byte is wrong: nothing at all comes out.
        with message.open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))
        with message.open("rb") as stdin:
            self.assertRefused(self.sop("decrypt", self.bob, stdin=stdin), CANNOT_DECRYPT)

    def change_while_it_is_read(self, message, change):
        """Runs up to the first output, changes the message, and takes what else comes."""
        with message.open("rb") as stdin:
            process = subprocess.Popen([self.sop.path, "decrypt", self.bob], stdin=stdin, bufsize=0,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        first = process.stdout.read(1)
        change()
        out, err = process.communicate()
        out = first + out
        self.assertNotEqual(process.returncode, 0, err)
        self.assertRegex(err, b"opened the file for writing|the input differs")
        self.assertLess(len(out), self.SIZE)
        with self.data.open("rb") as data:
            self.assertTrue(out == data.read(len(out)), "what came out was not authentic")

    def test_opened_for_writing_while_it_is_read(self):
        message = self.encrypt(self.bob_cert)

        def change():
            # A lease makes the opener wait, or fail if it doesn't want to; without one, it writes.
            try:
                file = os.open(message, os.O_WRONLY | os.O_NONBLOCK)
            except BlockingIOError:
                return
            os.pwrite(file, os.urandom(self.SIZE // 2), self.SIZE // 2)
            os.close(file)

        self.change_while_it_is_read(message, change)

    def test_written_by_one_who_had_it_open(self):
        message = self.encrypt(self.bob_cert)
        with message.open("r+b", buffering=0) as file:
            self.change_while_it_is_read(
                message,
                lambda: os.pwrite(file.fileno(), os.urandom(self.SIZE // 2), self.SIZE // 2))

    def test_a_file_that_does_not_start_at_its_begin(self):
        # Standard input may be the rest of a file: rewinding goes there, not to the file's start.
        message = self.encrypt(self.bob_cert)
        moved = self.folder / "moved"
        with moved.open("wb") as out:
            out.write(b"prefix")
            out.write(message.read_bytes())
        out = self.folder / "moved.out"
        with moved.open("rb", buffering=0) as stdin, out.open("wb") as stdout:
            stdin.seek(6)
            self.assertExit(self.sop("decrypt", self.bob, stdin=stdin, stdout=stdout), OK)
        self.assertEqual(out.stat().st_size, self.SIZE)

    def test_no_place_for_the_copy(self):
        message = self.encrypt(self.bob_cert)
        with message.open("rb") as file:
            cat = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
            result = self.sop("decrypt", self.bob, stdin=cat.stdout, env={"TMPDIR": "/no/folder"})
            cat.stdout.close()
            cat.wait()
        self.assertRefused(result, 1)
        self.assertIn(b"TMPDIR", result.err)


if __name__ == "__main__":
    harness.main()
