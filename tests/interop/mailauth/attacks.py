#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks on mail authentication that were published, each tried on secmail-auth. None may pass."""
from __future__ import annotations

import base64
import hashlib
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import unittest

import tap

TOOL = os.environ["SECMAIL_AUTH"]
NOW = 1767225600  # 2026-01-01 00:00:00 UTC
YEAR = 365 * 86400
IP, EVIL_IP = "192.0.2.1", "203.0.113.66"
MAIL = (b"From: Joe <joe@example.com>\r\nTo: ann@example.net\r\nSubject: x\r\n"
        b"Content-Type: text/plain\r\n\r\nHello\r\n")
DIGEST_INFO = {"sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
               "sha1": bytes.fromhex("3021300906052b0e03021a05000414")}


# -- Signatures that secmail-auth refuses to make --------------------------------------------------

def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def der_number(number: int) -> bytes:
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def public_key(modulus: int, exponent: int = 65537) -> str:
    inside = der(0x30, der_number(modulus) + der_number(exponent))
    rsa = der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    return base64.b64encode(der(0x30, rsa + der(3, b"\0" + inside))).decode()


def prime(bits: int, draw: random.Random) -> int:
    """A number of which Fermat's test for four bases says it is prime: enough for a test."""
    while True:
        number = draw.getrandbits(bits) | 3 << (bits - 2) | 1
        if number % 65537 != 1 and all(pow(a, number - 1, number) == 1 for a in (2, 3, 5, 7)):
            return number


def rsa_key(bits: int) -> tuple[int, int]:
    draw = random.Random(bits)
    p, q = prime(bits // 2, draw), prime(bits - bits // 2, draw)
    return p * q, pow(65537, -1, (p - 1) * (q - 1))


def sign_by_hand(mail: bytes, key: tuple[int, int], tags: str = "", digest: str = "sha256",
                 signed: int | None = None) -> bytes:
    """`mail` under a signature of From and of the first `signed` bytes of the body."""
    head, body = mail.split(b"\r\n\r\n", 1)
    author = next(line for line in head.split(b"\r\n") if line.startswith(b"From: "))
    body_hash = base64.b64encode(hashlib.new(digest, body[:signed]).digest()).decode()
    value = (f"v=1; a=rsa-{digest}; c=relaxed/relaxed; d=example.com; s=hand; h=from; {tags}"
             f"bh={body_hash}; b=").encode()
    data = b"from:" + author[6:] + b"\r\ndkim-signature:" + value
    coded = DIGEST_INFO[digest] + hashlib.new(digest, data).digest()
    size = (key[0].bit_length() + 7) // 8
    block = b"\0\1" + b"\xff" * (size - len(coded) - 3) + b"\0" + coded
    number = pow(int.from_bytes(block, "big"), key[1], key[0])
    return b"DKIM-Signature: " + value + base64.b64encode(number.to_bytes(size, "big")) + b"\r\n" + mail


# -- Calling it ------------------------------------------------------------------------------------

class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="secmail-auth-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.dns: dict = {
            "example.com": {"TXT": [f"v=spf1 ip4:{IP} -all"]},
            "_dmarc.example.com": {"TXT": ["v=DMARC1; p=reject"]},
            "evil.example": {"TXT": [f"v=spf1 ip4:{EVIL_IP} -all"]},
        }

    def run_tool(self, *argv: object, mail: bytes = b"") -> bytes:
        done = subprocess.run([TOOL, *map(str, argv)], input=mail, capture_output=True, timeout=60,
                              check=False)
        if done.returncode:
            raise AssertionError(f"{argv}: exit {done.returncode}: {done.stderr!r}")
        return done.stdout

    def zone(self) -> pathlib.Path:
        path = self.folder / "dns.json"
        path.write_text(json.dumps(self.dns))
        return path

    def make_key(self, domain: str = "example.com") -> None:
        line = self.run_tool("keygen", "--domain", domain, "--selector", "s", "--key",
                             self.folder / domain, "--algorithm", "ed25519").decode()
        self.dns[f"s._domainkey.{domain}"] = {"TXT": [re.findall(r'"([^"]*)"', line)]}

    def sign(self, mail: bytes, *argv: object, domain: str = "example.com") -> bytes:
        if not (self.folder / domain).exists():
            self.make_key(domain)
        return self.run_tool("sign", "--domain", domain, "--selector", "s", "--key",
                             self.folder / domain, "--now", NOW, *argv, mail=mail)

    def seal(self, mail: bytes, *argv: object) -> bytes:
        if not (self.folder / "example.com").exists():
            self.make_key()
        return self.run_tool("seal", "--domain", "example.com", "--selector", "s", "--key",
                             self.folder / "example.com", "--authserv-id", "mx.example", "--now", NOW,
                             "--dns", self.zone(), *argv, mail=mail)

    def verify(self, mail: bytes, *argv: object, now: int = NOW) -> dict:
        return json.loads(self.run_tool("verify", "--dns", self.zone(), "--now", now, *argv, mail=mail))

    def dkim(self, mail: bytes, **more: int) -> list[str]:
        return [s["result"] for s in self.verify(mail, **more)["dkim"]]

    def dmarc(self, mail: bytes, *argv: object) -> str:
        return self.verify(mail, *argv)["dmarc"]["result"]

    def spf(self, record: str, ip: str = IP, sender: str = "joe@example.com") -> str:
        self.dns["example.com"] = {**self.dns["example.com"], "TXT": [record]}
        out = self.run_tool("spf", "--ip", ip, "--helo", "h.example", "--from", sender, "--dns",
                            self.zone())
        return json.loads(out)["result"]

    def publish(self, key: tuple[int, int]) -> tuple[int, int]:
        self.dns["hand._domainkey.example.com"] = {"TXT": [f"v=DKIM1; p={public_key(key[0])}"]}
        return key


class Spf(Case):
    def test_macro_overflow(self) -> None:
        """CVE-2021-20314, -33912, -33913, CVE-2023-42118: macros that outgrow a buffer or end in the
        middle. A bad macro is permerror, a long name loses its left (RFC 7208 sections 7.1, 7.3)."""
        for macro in ("%", "%{", "%{d", "%{d0}", "%{x}", "%{d-", "%%%"):
            self.assertEqual(self.spf(f"v=spf1 exists:{macro} +all"), "permerror", macro)
        for macro in ("%{S}%{L}%{O}" * 60, "%{l}." * 400, "%{s127r+-./,_=}" * 50):
            result = self.spf(f"v=spf1 exists:{macro}.example -all", EVIL_IP,
                              "\x80" + "a.+" * 80 + "@example.com")
            self.assertIn(result, ("fail", "permerror"), macro)

    def test_lookup_exhaustion(self) -> None:
        """SPF as an amplifier of DNS queries (RFC 7208 sections 4.6.4 and 11.1)."""
        self.dns["example.com"]["A"] = ["198.51.100.1"]
        self.assertEqual(self.spf("v=spf1" + " a" * 10 + f" ip4:{IP} -all"), "pass")
        self.dns["example.com"]["MX"] = [[i, "example.com"] for i in range(11)]
        for terms in ("a " * 11, "include:example.com", "redirect=example.com", "mx",
                      "a:x.invalid a:y.invalid a:z.invalid"):
            tail = "" if "redirect" in terms else f" ip4:{IP} -all"
            self.assertEqual(self.spf(f"v=spf1 {terms}{tail}"), "permerror", terms)

    def test_late_syntax_error(self) -> None:
        """An error behind the term that matches, and two records (RFC 7208 sections 4.5, 4.6)."""
        self.assertEqual(self.spf(f"v=spf1 ip4:{IP} -all"), "pass")
        for record in (f"v=spf1 ip4:{IP} ip4:300.1.1.1", f"v=spf1 ip4:{IP} foo", f"v=spf1 ip4:{IP}/33"):
            self.assertEqual(self.spf(record), "permerror", record)
        self.dns["example.com"]["TXT"] = [f"v=spf1 ip4:{IP}", "v=spf1 +all"]
        self.assertEqual(self.verify(MAIL, "--ip", IP, "--from", "joe@example.com")["spf"]["result"],
                         "permerror")

    def test_shared_address(self) -> None:
        """BreakSPF: an address shared by many. What let it in is told (RFC 7208 section 11.4)."""
        self.dns["cloud.example"] = {"TXT": ["v=spf1 ip4:203.0.0.0/8 -all"]}
        self.dns["example.com"]["TXT"] = ["v=spf1 include:cloud.example -all"]
        shown = self.run_tool("verify", "--explain", "--dns", self.zone(), "--now", NOW, "--ip", EVIL_IP,
                              "--from", "joe@example.com", mail=MAIL).decode()
        self.assertIn("include:cloud.example", shown)


class Dkim(Case):
    def test_length_append(self) -> None:
        """Text appended behind l= and Content-Type changed: the verdict says that the signature covers
        a part only (RFC 6376 section 8.2). Text within l= can't be changed."""
        key = self.publish(rsa_key(1024))
        whole = sign_by_hand(MAIL, key, "l=7; ", signed=7)
        self.assertNotIn("covered", self.verify(whole)["dkim"][0]["reason"] or "")
        self.assertEqual(self.dkim(whole), ["pass"])
        longer = whole.replace(b"text/plain", b"text/html") + b"<p>Pay here</p>\r\n"
        self.assertIn("isn't covered", self.verify(longer)["dkim"][0]["reason"] or "")
        self.assertEqual(self.dkim(longer.replace(b"Hello", b"Hallo")), ["fail"])

    def test_length_beyond_body(self) -> None:
        """l= of more than there is (RFC 6376 section 3.5)."""
        key = self.publish(rsa_key(1024))
        self.assertEqual(self.dkim(sign_by_hand(MAIL, key, "l=8; ")), ["permerror"])

    def test_fields_added(self) -> None:
        """A second Subject or Content-Type, or a From above the signed one: the signer counts one more
        than there are (RFC 6376 sections 5.4 and 8.15)."""
        signed = self.sign(MAIL)
        self.assertEqual(self.dkim(signed), ["pass"])
        for name in (b"From", b"To", b"Subject", b"Date", b"Content-Type", b"MIME-Version"):
            field = name + b": eve@evil.example\r\n"
            for mail in (field + signed, signed.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n", 1)):
                self.assertNotEqual(self.dkim(mail), ["pass"], name)
                self.assertNotEqual(self.dmarc(mail), "pass", name)

    def test_replay(self) -> None:
        """A mail sent again after its signature ended, or with a later end (RFC 6376 sections 3.5 and
        8.6)."""
        signed = sign_by_hand(MAIL, self.publish(rsa_key(1024)), f"t={NOW}; x={NOW + 3600}; ")
        self.assertEqual(self.dkim(signed, now=NOW + 60), ["pass"])
        self.assertEqual(self.dkim(signed, now=NOW + YEAR), ["permerror"])
        later = signed.replace(b"x=%d" % (NOW + 3600), b"x=%d" % (NOW + 2 * YEAR))
        self.assertEqual(self.dkim(later, now=NOW + YEAR), ["fail"])

    def test_weak_key(self) -> None:
        """A key of 512 bits, which anyone can break (RFC 8301 section 3.2)."""
        for bits, wanted in ((1024, "pass"), (1016, "policy"), (512, "policy")):
            mail = sign_by_hand(MAIL, self.publish(rsa_key(bits)))
            self.assertEqual(self.dkim(mail), [wanted], bits)
            self.assertEqual(self.dmarc(mail) == "pass", wanted == "pass")

    def test_weak_hash(self) -> None:
        """rsa-sha1 (RFC 8301 section 3.1)."""
        mail = sign_by_hand(MAIL, self.publish(rsa_key(1024)), digest="sha1")
        self.assertEqual((self.dkim(mail), self.dmarc(mail)), (["policy"], "fail"))

    def test_huge_key(self) -> None:
        """A key or an exponent that costs the verifier much time (RFC 6376 section 8)."""
        mail = sign_by_hand(MAIL, self.publish(rsa_key(1024)))
        for modulus, exponent in ((1 << 16384 | 1, 65537), (rsa_key(1024)[0], 1 << 1000 | 1)):
            key = public_key(modulus, exponent)
            self.dns["hand._domainkey.example.com"] = {"TXT": [f"v=DKIM1; p={key}"]}
            self.assertNotEqual(self.dkim(mail), ["pass"])

    def test_many_signatures(self) -> None:
        """Thousands of signatures, whole or not: each has a verdict, few are worked on (RFC 6376
        section 8.4)."""
        signed = self.sign(MAIL)
        field = signed[:-len(MAIL)]
        results = self.dkim(field * 500 + MAIL)
        self.assertEqual((results[0], results[-1]), ("pass", "policy"))
        results = self.dkim(b"DKIM-Signature: x\r\n" * 500 + signed)
        self.assertNotEqual(results[-1], "pass")

    def test_key_unknown(self) -> None:
        """DNS answers held back, forged or failing validation, and a revoked key (RFC 6376 section
        6.1.2): never a pass."""
        signed = self.sign(MAIL)
        self.assertEqual(self.dkim(signed), ["pass"])
        for answer, wanted in (("SERVFAIL", "temperror"), ("TIMEOUT", "temperror"),
                               ("NXDOMAIN", "permerror"), ({"TXT": ["v=DKIM1; p="]}, "permerror")):
            self.dns["s._domainkey.example.com"] = answer
            self.assertEqual(self.dkim(signed), [wanted], answer)


class Dmarc(Case):
    ENVELOPE = ("--ip", EVIL_IP, "--from", "a@evil.example")

    def test_ambiguous_author(self) -> None:
        """Composition kills, Weak links: several authors, NUL, odd separators, groups. Who wrote it
        can't be said, so it's no pass (RFC 9989 section 5.3.1, RFC 6376 section 8.15)."""
        for author in (b"a@evil.example\r\nFrom: joe@example.com", b"a@evil.example, joe@example.com",
                       b"a@evil.example\r\nfrom : joe@example.com", b"<a@evil.example> <joe@example.com>",
                       b"a@evil.example\r\nX: y\nFrom: joe@example.com", b"a@evil.example\0@example.com",
                       b"a@evil.example\r\nX: y\rFrom: joe@example.com", b"joe@example.com <", b"",
                       b"g: a@evil.example, joe@example.com;", b"joe@example.com(<a@evil.example>",
                       b"=?utf-8?q?joe=40example.com?="):
            mail = b"From: " + author + b"\r\nSubject: x\r\n\r\nHello\r\n"
            self.assertEqual(self.dmarc(mail, *self.ENVELOPE), "permerror", author)

    def test_hidden_author(self) -> None:
        """A comment, quoted text or route that holds another address than the author's (RFC 5322)."""
        for author in (b'"a@evil.example" <joe@example.com>', b"joe@example.com (a@evil.example)",
                       b"(a@evil.example) joe@example.com", b"<@evil.example:joe@example.com>",
                       b'"x@evil.example"@example.com'):
            mail = b"From: " + author + b"\r\n\r\nHello\r\n"
            self.assertNotEqual(self.dmarc(mail, *self.ENVELOPE), "pass", author)

    def test_other_identity(self) -> None:
        """SPF of HELO or of another domain's sender, a DKIM signature of another or of a longer domain:
        passes that don't align (RFC 9989 section 4.4)."""
        self.assertEqual(self.dmarc(MAIL, "--ip", IP, "--from", "joe@example.com"), "pass")
        argv = ("--ip", EVIL_IP, "--helo", "example.com", "--from", "a@evil.example")
        self.assertEqual(self.dmarc(MAIL, *argv), "fail")
        argv = ("--ip", IP, "--helo", "example.com", "--from", "a@evil.example")
        self.assertEqual(self.dmarc(MAIL, *argv), "fail")
        for domain in ("evil.example", "notexample.com", "example.com.evil.example"):
            signed = self.sign(MAIL, domain=domain)
            self.assertEqual((self.dkim(signed), self.dmarc(signed)), (["pass"], "fail"), domain)

    def test_result_order(self) -> None:
        """A pass of one domain beside a failed signature of another, in any order (RFC 9989 section
        4.4): the pass isn't taken for the other's."""
        broken = self.sign(MAIL.replace(b"Hello", b"Hallo"))[:-len(MAIL)]
        theirs = self.sign(MAIL, domain="evil.example")[:-len(MAIL)]
        for fields in (broken + theirs, theirs + broken, theirs + broken + theirs):
            self.assertIn("pass", self.dkim(fields + MAIL))
            self.assertEqual(self.dmarc(fields + MAIL, *self.ENVELOPE), "fail")

    def test_policy_unknown(self) -> None:
        """The policy's DNS answer held back: no verdict of "no policy" (RFC 9989 section 4.10)."""
        for answer in ("SERVFAIL", "TIMEOUT"):
            self.dns["_dmarc.example.com"] = answer
            self.assertEqual(self.dmarc(MAIL, *self.ENVELOPE), "temperror")


class Arc(Case):
    def test_changed_chain(self) -> None:
        """A mail, a result or a set changed, moved or removed (RFC 8617 section 5.2)."""
        sealed = self.seal(self.seal(MAIL))
        self.assertEqual(self.verify(sealed)["arc"]["result"], "pass")
        for old, new in ((b"Hello", b"Hallo"), (b"Subject: x", b"Subject: y"), (b"dmarc=", b"dmarc=x"),
                         (b"cv=pass", b"cv=none"), (b"ARC-Seal: i=1;", b"X-Seal: i=1;"),
                         (b"ARC-Seal: i=2;", b"ARC-Seal: i=3;"),
                         (b"ARC-Seal: i=1;", b"ARC-Seal: i=51;")):
            changed = sealed.replace(old, new)
            self.assertNotEqual(changed, sealed, old)
            self.assertEqual(self.verify(changed)["arc"]["result"], "fail", new)

    def test_own_seal(self) -> None:
        """Eve's seal that says DMARC passed changes no verdict (RFC 8617 section 7.2)."""
        sealed = self.seal(MAIL, "--ip", IP, "--from", "joe@example.com")
        self.assertIn(b"dmarc=pass", sealed)
        got = self.verify(sealed, "--ip", EVIL_IP, "--from", "joe@example.com")
        self.assertEqual((got["arc"]["result"], got["dmarc"]["result"]), ("pass", "fail"))


class AuthenticationResults(Case):
    def test_forged(self) -> None:
        """A field in the mail that claims our own name: nothing is taken from it (RFC 8601 section
        5)."""
        field = b"Authentication-Results: localhost; spf=pass; dkim=pass; dmarc=pass\r\n"
        got = self.verify(field + MAIL, "--ip", EVIL_IP, "--from", "joe@example.com")
        self.assertEqual((got["spf"]["result"], got["dkim"]), ("fail", []))
        self.assertEqual(got["dmarc"]["result"], "fail")
        self.assertNotIn("=pass", got["authentication_results"])

    def test_injection(self) -> None:
        """Values of the mail that bring results, comments or fields of their own (RFC 8601 section 2.2;
        CVE-2020-12272)."""
        for text in ("; dmarc=pass", "\r\nX-Eve: yes", "\r\n\r\nbody", "(.example.com)", '"; dkim=pass "',
                     "\n dmarc=pass"):
            mail = f"DKIM-Signature: v=1; d=evil.example{text}; s={text}; i=@{text}\r\n".encode() + MAIL
            field = self.verify(mail, "--ip", EVIL_IP, "--helo", f"h{text}", "--from",
                                f"a{text}@evil.exam{text}")["authentication_results"]
            bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', field)
            self.assertNotRegex(field, r"\r\n(?![ \t])|(?<!\r)\n|\r(?!\n)", text)
            self.assertNotRegex(bare, r"(dmarc|dkim|spf)=pass", text)
            self.assertNotIn("(.example.com)", bare)


if __name__ == "__main__":
    tap.run()
