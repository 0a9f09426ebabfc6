#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signed messages: inline-sign, inline-verify and inline-detach of secmail-sop, its subset
secmail-sopv, and GnuPG, Sequoia (sqop), RNP and OpenPGP.js with what we made, and the reverse.
"""
import json
import os
import re
import unittest

import harness
from harness import *  # noqa: F403
import packets
from test_gnupg import GPG_KEYS, Gnupg
import test_openpgpjs

TEXT = ("Zeile eins\n- Strich\n\n\tTab und Leerzeichen  \nFrom me\n--\n"
        "-----BEGIN PGP SIGNATURE-----\nmit Umlaut: ü\r\nund CR LF\r\n").encode()
PLAIN = b"Hello from the other side\nand no line end"
LARGE = os.urandom(300000)
FORMS = ("binary", "text", "clearsigned")
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([0-9A-F]{40}|[0-9A-F]{64}) "
                  r"([0-9A-F]{40}|[0-9A-F]{64}) mode:(binary|text) (\{.*\})\n")


def canonical(text):
    return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def trimmed(text):
    """Text as a cleartext signature covers it, with line ends LF."""
    lines = text.replace(b"\r\n", b"\n").split(b"\n")
    return b"\n".join(line.rstrip(b" \t") for line in lines)


def without_last_end(text):
    """Programs don't agree on whether the text ends with a line end."""
    return trimmed(text).rstrip(b"\n")


def verified_form(data, form):
    """What comes out of a message of this form."""
    if form == "binary":
        return data
    return data.replace(b"\r\n", b"\n") if form == "text" else re.sub(rb"[ \t]+(?=\r?\n|\Z)", b"", data)


class Base(Case):
    profile = "rfc4880"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key, cls.cert = cls.sop.key(cls.folder, "alice", f"--profile={cls.profile}")

    def signed(self, data, form="binary", *argv):
        return self.sop.must("inline-sign", f"--as={form}", *(argv or [self.key]), stdin=data)

    def verified(self, message, *certs, count=1):
        """Data and VERIFICATIONS of a message that must be good, of secmail-sop and its subset."""
        out = self.folder / "verifications"
        got = []
        for program in (self.sop, self.sopv):
            out.unlink(missing_ok=True)
            data = program.must("inline-verify", f"--verifications-out={out}",
                                *(certs or [self.cert]), stdin=message)
            got.append((data, out.read_text()))
        self.assertEqual(got[0], got[1])
        self.assertEqual(len(got[0][1].splitlines()), count)
        return got[0]

    @property
    def sopv(self):
        return Sop(os.environ["SECMAIL_SOPV"])

    def assertUnverified(self, message, *codes, certs=None):
        """Nothing at all comes out, of neither program."""
        for program in (self.sop, self.sopv):
            out = self.folder / "verifications"
            out.unlink(missing_ok=True)
            result = program("inline-verify", f"--verifications-out={out}",
                             *(certs or [self.cert]), stdin=message)
            self.assertIn(result.code, codes or (NO_SIGNATURE, BAD_DATA), result)
            self.assertEqual(result.out, b"")
            self.assertFalse(out.exists())


class Own(Base):
    profile = "rfc9580"

    def test_forms(self):
        bob, bob_cert = self.sop.key(self.folder, "bob", "--profile=rfc4880")
        for form in FORMS:
            for data in (b"", b"\n", b"x", TEXT, PLAIN):
                message = self.signed(data, form, self.key, bob)
                out, lines = self.verified(message, self.cert, bob_cert, count=2)
                self.assertEqual(out, verified_form(data, form))
                for line, cert in zip(lines.splitlines(True), (self.cert, bob_cert)):
                    match = LINE.fullmatch(line)
                    self.assertEqual(match[4], "binary" if form == "binary" else "text")
                    self.assertEqual(json.loads(match[5]), {"signers": [str(cert)]})

    def test_armor(self):
        for form in ("binary", "text"):
            binary = self.sop.must("inline-sign", f"--as={form}", "--no-armor", self.key,
                                   stdin=PLAIN)
            self.assertEqual([tag for tag, _ in packets.split(binary)],
                             [packets.ONE_PASS, packets.LITERAL, packets.SIGNATURE])
            self.verified(binary)
            self.assertTrue(self.signed(PLAIN, form).startswith(b"-----BEGIN PGP MESSAGE-----\n"))
        self.assertTrue(self.signed(PLAIN, "clearsigned").startswith(
            b"-----BEGIN PGP SIGNED MESSAGE-----\n\nHello"))

    def test_the_literal_says_little(self):
        for form, kind in (("binary", b"b"), ("text", b"u")):
            literal = packets.split(packets.dearmor(self.signed(PLAIN, form)))[1][1]
            self.assertEqual(literal[:6], kind + bytes(5))

    def test_large(self):
        for form in ("binary", "clearsigned"):
            data = LARGE * 30 if form == "binary" else b"line of text\n" * 500000
            message = self.signed(data, form)
            path = self.file("large", message)
            with path.open("rb") as file:
                self.assertEqual(self.sop.must("inline-verify", self.cert, stdin=file), data)
            self.assertEqual(self.sop.must("inline-verify", self.cert, stdin=message), data)
            broken = bytearray(message)
            broken[len(broken) // 2] ^= 1
            self.assertUnverified(bytes(broken))

    def test_detach(self):
        for form in FORMS:
            message = self.signed(TEXT, form)
            for armor in ([], ["--no-armor"]):
                sig = self.folder / "sig"
                sig.unlink(missing_ok=True)
                data = self.sop.must("inline-detach", *armor, f"--signatures-out={sig}",
                                     stdin=message)
                self.assertEqual(data, canonical(TEXT) if form == "text" else
                                 verified_form(TEXT, form))
                self.assertEqual(sig.read_bytes().startswith(b"-----BEGIN PGP SIGNATURE-----\n"),
                                 not armor)
                self.sop.must("verify", sig, self.cert, stdin=data)
                again = self.sop("inline-detach", f"--signatures-out={sig}", stdin=message)
                self.assertRefused(again, OUTPUT_EXISTS)

    def test_detach_failures(self):
        sig = self.folder / "none"
        self.assertRefused(self.sop("inline-detach", stdin=self.signed(b"x")), MISSING_ARG)
        for message in (b"", b"text", packets.literal(b"x"), self.key.read_bytes(),
                        self.signed(b"x", "clearsigned")[:80]):
            result = self.sop("inline-detach", f"--signatures-out={sig}", stdin=message)
            self.assertExit(result, BAD_DATA)
            self.assertFalse(sig.exists())

    def test_options(self):
        refused = lambda *argv, code: self.assertRefused(self.sop(*argv, stdin=b"x"), code)
        refused("inline-sign", code=MISSING_ARG)
        refused("inline-verify", code=MISSING_ARG)
        refused("inline-sign", "--as=mime", self.key, code=UNSUPPORTED_OPTION)
        refused("sign", "--as=clearsigned", self.key, code=UNSUPPORTED_OPTION)
        refused("inline-sign", "--as=clearsigned", "--no-armor", self.key,
                code=INCOMPATIBLE_OPTIONS)
        refused("inline-sign", self.cert, code=BAD_DATA)
        refused("inline-sign", self.folder / "missing", code=MISSING_INPUT)
        refused("inline-verify", self.key, code=BAD_DATA)
        for form in ("text", "clearsigned"):
            self.assertRefused(self.sop("inline-sign", f"--as={form}", self.key, stdin=b"\xff\n"),
                               EXPECTED_TEXT)
        password = self.file("password", b"password")
        locked, cert = self.sop.key(self.folder, "locked", f"--with-key-password={password}")
        refused("inline-sign", locked, code=KEY_IS_PROTECTED)
        message = self.sop.must("inline-sign", f"--with-key-password={password}", locked,
                                stdin=b"x")
        self.assertEqual(self.verified(message, cert)[0], b"x")
        existing = self.file("existing", b"")
        refused("inline-verify", f"--verifications-out={existing}", self.cert, code=OUTPUT_EXISTS)

    def test_dates(self):
        message = self.signed(b"x", "clearsigned")
        for option in ("--not-after=2020-01-01", "--not-before=9999-01-01"):
            result = self.sop("inline-verify", option, self.cert, stdin=message)
            self.assertRefused(result, NO_SIGNATURE)
        self.sop.must("inline-verify", "--not-before=2020-01-01", "--not-after=-", self.cert,
                      stdin=message)

    def test_other_signers(self):
        _, other = self.sop.key(self.folder, "other")
        for form in FORMS:
            message = self.signed(b"x\n", form)
            self.assertUnverified(message, NO_SIGNATURE, certs=[other])
            self.assertEqual(self.verified(message, other, self.cert)[0],
                             verified_form(b"x\n", form))

    def test_not_signed(self):
        session = self.sop.must("encrypt", "--sign-with", self.key, self.cert, stdin=b"x")
        for message, code in ((packets.literal(b"x"), NO_SIGNATURE), (session, BAD_DATA),
                              (self.cert.read_bytes(), BAD_DATA), (b"", BAD_DATA),
                              (b"just text\n", BAD_DATA)):
            self.assertUnverified(message, code)


class Subset(Base):
    """secmail-sopv, version 1.0 of the subset."""

    def test_version(self):
        self.assertRegex(self.sopv.must("version").decode(), r"\Asecmail-sopv \d+\.\d+\.\d+\n\Z")
        self.assertRegex(self.sopv.must("version", "--backend").decode(), r"\Alibsecmail ")
        self.assertTrue(self.sopv.must("version", "--extended").startswith(b"secmail-sopv "))
        self.assertIn(b"~draft-dkg-openpgp-stateless-cli-", self.sopv.must("version", "--sop-spec"))
        for program in (self.sop, self.sopv):
            self.assertEqual(program.must("version", "--sopv"), b"1.0\n")

    def test_verify(self):
        signature = self.file("sig", self.sop.must("sign", self.key, stdin=b"x"))
        self.assertEqual(self.sopv.must("verify", signature, self.cert, stdin=b"x"),
                         self.sop.must("verify", signature, self.cert, stdin=b"x"))
        result = self.sopv("verify", signature, self.cert, stdin=b"y")
        self.assertEqual((result.code, result.out), (NO_SIGNATURE, b""))
        self.assertTrue(result.err.startswith(b"secmail-sopv verify: "))

    def test_nothing_else(self):
        for name in ("sign", "decrypt", "encrypt", "generate-key", "inline-sign", "armor"):
            self.assertEqual(self.sopv(name, self.key).code, UNSUPPORTED_SUBCOMMAND)

    def test_links_no_secret_key_code(self):
        with open(self.sopv.path, "rb") as file:
            image = file.read()
        self.assertIn(b"libsecmail-verify.so", image)
        self.assertNotIn(b"libsecmail-openpgp.so", image)


class GnupgMessages(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gpg = Gnupg()
        cls.addClassCleanup(cls.gpg.close)
        cls.other, cls.other_cert = cls.sop.key(cls.folder, "bob", "--profile=rfc4880")
        cls.gpg.must("--import", cls.key)
        cls.gpg.must("--import", cls.other)

    def status(self, message):
        status = self.folder / "status"
        result = self.gpg.run("--status-file", status, "--decrypt", stdin=message)
        return result, status.read_text()

    def test_we_sign(self):
        for form in FORMS:
            for data in (b"", b"\n", TEXT, PLAIN):
                result, status = self.status(self.signed(data, form, self.key, self.other))
                self.assertEqual(result.code, 0, (form, data, result))
                self.assertEqual(status.count("GOODSIG"), 2)
                if form == "binary":
                    self.assertEqual(result.out, data)
                elif form == "text":
                    self.assertEqual(result.out, data.replace(b"\r\n", b"\n"))
                else:
                    self.assertEqual(without_last_end(result.out), without_last_end(data))
        result, status = self.status(self.signed(LARGE))
        self.assertEqual((result.code, result.out), (0, LARGE))

    def test_gpg_signs(self):
        for options in ([], ["--textmode"], ["--compress-algo=none"], ["--compress-algo=bzip2"],
                        ["--armor"], ["--digest-algo=SHA512"], ["--set-filename=../x"]):
            for data in (b"", TEXT, PLAIN, LARGE):
                if data == LARGE and options == ["--textmode"]:
                    continue
                message = self.gpg.must("--sign", "--local-user", "alice@example.org",
                                        "--local-user", "bob@example.org", *options, stdin=data)
                got, lines = self.verified(message, self.cert, self.other_cert, count=2)
                if options == ["--textmode"]:
                    self.assertEqual(got.replace(b"\r\n", b"\n"), data.replace(b"\r\n", b"\n"))
                    self.assertEqual(lines.count(" mode:text "), 2)
                else:
                    self.assertEqual(got, data)
                    self.assertEqual(lines.count(" mode:binary "), 2)

    def test_gpg_signs_cleartext(self):
        for options in ([], ["--digest-algo=SHA384"], ["--comment=a comment"],
                        ["--no-escape-from-lines"]):
            for data in (b"", b"\n", b"\n\n", TEXT, PLAIN):
                message = self.gpg.must("--clearsign", "--local-user", "alice@example.org",
                                        *options, stdin=data)
                got, lines = self.verified(message)
                self.assertEqual(without_last_end(got), without_last_end(data))
                self.assertIn(" mode:text ", lines)
        message = self.gpg.must("--clearsign", "--not-dash-escaped", "--local-user",
                                "alice@example.org", stdin=b"- x\n")
        self.assertIn(b"NotDashEscaped", message)
        self.assertUnverified(message, BAD_DATA)

    def test_keys_of_gpg(self):
        """Other algorithms, with other hashes; several signers name all of these."""
        keys, certs, names = [], [], []
        for name in sorted(GPG_KEYS):
            user = self.gpg.make_key(name)
            cert = self.file(f"{name}.cert", self.gpg.must("--export", user))
            if self.sop.lacks(cert):
                continue
            keys.append(self.file(f"{name}.key", self.gpg.must("--export-secret-keys", user)))
            certs.append(cert)
            names.append(user)
        self.assertGreaterEqual(len(keys), 1)
        for form in FORMS:
            message = self.signed(TEXT, form, *keys)
            self.verified(message, *certs, count=len(keys))
            result, status = self.status(message)
            self.assertEqual((result.code, status.count("GOODSIG")), (0, len(keys)), result)
        users = [option for user in names for option in ("--local-user", user)]
        for options in (["--sign"], ["--sign", "--textmode"], ["--clearsign"]):
            message = self.gpg.must(*options, *users, stdin=TEXT)
            got, _ = self.verified(message, *certs, count=len(keys))
            same = (lambda data: data) if options == ["--sign"] else without_last_end
            self.assertEqual(same(got), same(TEXT))

    def test_text_in_encrypted_messages(self):
        # Its literal has network line ends: gpg hashes it as it stands.
        message = self.sop.must("encrypt", "--as=text", "--sign-with", self.key, self.cert,
                                stdin=b"one\ntwo\n" * 5000)
        result, status = self.status(message)
        self.assertEqual((result.code, result.out), (0, b"one\ntwo\n" * 5000), result)
        self.assertIn("GOODSIG", status)


class SqopMessages(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = Sop(need("sqop"))

    def test_forms(self):
        for form in FORMS:
            for data in (b"", b"\n", TEXT, PLAIN, LARGE):
                if data == LARGE and form != "binary":
                    continue
                ours = self.signed(data, form)
                got = self.peer.must("inline-verify", self.cert, stdin=ours)
                theirs = self.peer.must("inline-sign", f"--as={form}", self.key, stdin=data)
                mine, lines = self.verified(theirs)
                if form == "clearsigned":
                    self.assertEqual(without_last_end(got), without_last_end(data))
                    self.assertEqual(without_last_end(mine), without_last_end(data))
                else:
                    # sqop gives text as it stands in the message, and doesn't mark its own.
                    self.assertEqual(got, canonical(data) if form == "text" else data)
                    self.assertEqual(mine, data)
                self.assertIn(f" mode:{'binary' if form == 'binary' else 'text'} ", lines)

    def test_detach(self):
        for form in FORMS:
            sig = self.folder / "sig"
            sig.unlink(missing_ok=True)
            data = self.sop.must("inline-detach", f"--signatures-out={sig}",
                                 stdin=self.peer.must("inline-sign", f"--as={form}", self.key,
                                                      stdin=TEXT))
            self.sop.must("verify", sig, self.cert, stdin=data)
            self.peer.must("verify", sig, self.cert, stdin=data)


class GosopDetached(Base):
    """gosop of 2022 has no inline signatures: it checks what inline-detach gives."""

    def test_detach(self):
        peer = Sop(need("gosop"))
        for form in FORMS:
            sig = self.folder / "sig"
            sig.unlink(missing_ok=True)
            data = self.sop.must("inline-detach", f"--signatures-out={sig}",
                                 stdin=self.signed(TEXT, form))
            peer.must("verify", sig, self.cert, stdin=data)


class RnpMessages(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rnp = need("rnp")
        cls.home = cls.folder / "rnp"
        cls.home.mkdir()
        imported = run([need("rnpkeys"), "--homedir", cls.home, "--notty", "--password=",
                        "--import", cls.key])
        if imported.code != 0:
            raise AssertionError(f"rnpkeys: {imported}")

    def program(self, *argv, stdin=b""):
        return run([self.rnp, "--homedir", self.home, "--notty", "--password=", *argv], stdin)

    def test_we_sign(self):
        for form in FORMS:
            for data in (TEXT, PLAIN, b"x\n"):
                message = self.file("message", self.signed(data, form))
                result = self.program("--verify", message)
                self.assertEqual(result.code, 0, (form, result))
                self.assertIn(b"Good signature", result.err)

    def test_rnp_signs(self):
        for options in (["--sign"], ["--sign", "--armor"], ["--sign", "-z", "0"],
                        ["--sign", "--bzip2"], ["--clearsign"]):
            for data in (TEXT, PLAIN, LARGE):
                if data == LARGE and options == ["--clearsign"]:
                    continue
                path = self.file("data", data)
                out = self.folder / "signed"
                out.unlink(missing_ok=True)
                result = self.program(*options, "-u", "alice@example.org", "--output", out, path)
                self.assertEqual(result.code, 0, result)
                got, _ = self.verified(out.read_bytes())
                if options == ["--clearsign"]:
                    self.assertEqual(without_last_end(got), without_last_end(data))
                else:
                    self.assertEqual(got, data)


class OpenPgpJsMessages(test_openpgpjs.OpenPgpJs):
    """Version 6 keys, with OpenPGP.js as the peer; only the tests of this class."""

    def test_we_sign(self):
        for key, cert in (self.ours, self.theirs):
            for data in (b"", TEXT, PLAIN, LARGE):
                for form in FORMS if data != LARGE else ["binary"]:
                    armor = ["--no-armor"] if form != "clearsigned" else []
                    message = self.sop.must("inline-sign", f"--as={form}", *armor, key, stdin=data)
                    got = self.js("inline_verify", cert=cert.read_bytes(), data=message,
                                  cleartext=form == "clearsigned")
                    self.assertEqual(got["verdicts"], [True], (form, data[:50]))
                    if form == "clearsigned":
                        self.assertEqual(without_last_end(got["data"]), without_last_end(data))
                    else:
                        self.assertEqual(got["data"], canonical(data) if form == "text" else data)

    def test_they_sign(self):
        out = self.folder / "verifications"
        for key, cert in (self.ours, self.theirs):
            for data in (b"", TEXT, PLAIN, LARGE):
                # OpenPGP.js makes no cleartext message of an empty text.
                for cleartext in (False, True) if data not in (b"", LARGE) else [False]:
                    message = self.js("inline_sign", key=key.read_bytes(), data=data,
                                      cleartext=cleartext)["data"]
                    out.unlink(missing_ok=True)
                    got = self.sop.must("inline-verify", f"--verifications-out={out}", cert,
                                        stdin=message)
                    self.assertEqual(len(out.read_text().splitlines()), 1)
                    if cleartext:
                        self.assertEqual(without_last_end(got), without_last_end(data))
                    else:
                        self.assertEqual(got, data)


# The class is imported for its helpers: its own tests run in test_openpgpjs.py.
for name in [n for n in vars(test_openpgpjs.OpenPgpJs) if n.startswith("test_")]:
    setattr(OpenPgpJsMessages, name, None)


if __name__ == "__main__":
    harness.main()
