#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-auth and its peers: what we sign and seal they verify, and the reverse, over random mails.

Peers: python3-dkim, libmail-dkim-perl, python3-spf, and mailauth from npm in the version of
package.json (from the folder that SECMAIL_NODE_MODULES names, else installed into a temporary one).
A peer that isn't installed skips its tests.
"""
import base64
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
AUTH = os.environ.get("SECMAIL_AUTH")
NOW = 1700000000
CANONS = ("relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple")

try:
    import dkim
except ImportError:
    dkim = None
try:
    import spf
except ImportError:
    spf = None


def run(argv, stdin=b"", **more):
    done = subprocess.run([os.fspath(a) for a in argv], input=stdin, capture_output=True,
                          timeout=60, check=False, **more)
    if done.returncode:
        raise AssertionError(f"{argv}: exit {done.returncode}: {done.stderr.decode()[:500]}")
    return done.stdout


# -- Random mails ------------------------------------------------------------------------------

WORDS = ["Hello", "world", " ", "  ", "\t", " \t ", "=?utf-8?q?x?=", "ü", ":", ";", "a" * 60, "."]
NAMES = ["From", "To", "Subject", "Date", "Message-ID", "Cc", "MIME-Version", "Content-Type",
         "Received", "X-Thing", "References", "List-Id"]


def field_value(draw):
    text = "x" + "".join(draw.choice(WORDS) for _ in range(draw.randrange(6))) + "x"
    if draw.random() < 0.4:
        text += "\r\n" + draw.choice([" ", "\t", "  \t"]) + "folded" + draw.choice(["", " "])
    return text


def random_mail(seed, ended=False):
    """Fields in any order, of any case, folded anyhow; bodies with all sorts of blanks and ends.

    `ended`: the last line has a line end, as every mail has that came over SMTP.
    """
    draw = random.Random(seed)
    names = ["From"] + draw.sample(NAMES[1:], draw.randrange(3, len(NAMES) - 1))
    names += draw.choices(["Received", "X-Thing"], k=draw.randrange(3))
    draw.shuffle(names)
    lines = []
    for name in names:
        value = "Joe <joe@example.com>" if name == "From" else field_value(draw)
        shown = draw.choice([name, name.lower(), name.upper()])
        lines.append(f"{shown}:{draw.choice(['', ' ', '  '])}{value}\r\n")
    body = "".join(
        "".join(draw.choice(WORDS) for _ in range(draw.randrange(5))) + "\r\n"
        for _ in range(draw.randrange(8)))
    body += draw.choice(["", "\r\n\r\n\r\n", " \r\n \r\n", "x\r\n" if ended else "last line"])
    return ("".join(lines) + "\r\n" + body).encode()


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not AUTH:
            sys.exit("SECMAIL_AUTH is unset: run this through `meson test`")
        folder = tempfile.TemporaryDirectory(prefix="secmail-auth-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.dns = {}
        cls.rsa = cls.make_key("rsa", "rsa")
        cls.ed25519 = cls.make_key("ed", "ed25519")
        cls.dns_file = cls.folder / "dns.json"
        cls.dns_file.write_text(json.dumps(cls.dns))

    @classmethod
    def make_key(cls, selector, algorithm):
        path = cls.folder / f"{selector}.pem"
        line = run([AUTH, "keygen", "--domain", "example.com", "--selector", selector, "--key",
                    path, "--algorithm", algorithm]).decode()
        name = line.split(". IN TXT")[0]
        cls.dns[name] = {"TXT": [re.findall(r'"([^"]*)"', line)]}
        return path

    def sign(self, mail, canon="relaxed/relaxed", key=None, *more):
        key = key or self.rsa
        return run([AUTH, "sign", "--domain", "example.com", "--selector", key.stem, "--key", key,
                    "--now", str(NOW), "--canon", canon, *more], mail)

    def seal(self, mail, key=None):
        key = key or self.rsa
        return run([AUTH, "seal", "--dns", self.dns_file, "--domain", "example.com", "--selector",
                    key.stem, "--key", key, "--authserv-id", "mx.example.com", "--now", str(NOW),
                    "--ip", "192.0.2.1", "--helo", "h.example", "--from", "joe@example.com"], mail)

    def verify(self, mail):
        return json.loads(run([AUTH, "verify", "--dns", self.dns_file, "--now", str(NOW)], mail))

    def assertSigned(self, mail, count=1):
        results = self.verify(mail)["dkim"]
        self.assertEqual([r["result"] for r in results], ["pass"] * count, results)

    def assertSealed(self, mail, instances):
        arc = self.verify(mail)["arc"]
        self.assertEqual((arc["result"], arc["instances"]), ("pass", instances), arc)

    def key_text(self, name):
        strings = self.dns.get(name.rstrip("."), {"TXT": [[]]})["TXT"][0]
        return "".join(strings).encode() or None


class Ourselves(Case):
    def test_round_trip(self):
        for seed in range(10):
            mail = random_mail(seed)
            for canon in CANONS:
                signed = self.sign(self.sign(mail, canon), canon, self.ed25519)
                with self.subTest(seed=seed, canon=canon):
                    self.assertSigned(signed, 2)
        sealed = mail
        for instance in range(1, 6):
            sealed = self.seal(sealed, (self.rsa, self.ed25519)[instance % 2])
            self.assertSealed(sealed, instance)

    def test_changes_are_seen(self):
        signed = self.sign(random_mail(1) + b"one more line\r\n")
        for old, new in ((b"joe@", b"jim@"), (b"one more", b"one  less"), (b"bh=", b"bh=A")):
            changed = signed.replace(old, new, 1)
            self.assertNotEqual(changed, signed)
            self.assertNotEqual(self.verify(changed)["dkim"][0]["result"], "pass", old)
        oversigned = self.verify(signed.replace(b"\r\n\r\n", b"\r\nSubject: more\r\n\r\n", 1))
        self.assertEqual(oversigned["dkim"][0]["result"], "fail")
        second = self.verify(b"From: eve@example.net\r\n" + signed)
        self.assertEqual(second["dmarc"]["result"], "permerror")


@unittest.skipUnless(dkim, "python3-dkim is not installed")
class Dkimpy(Case):
    def look_up(self, name, timeout=5):
        del timeout
        return self.key_text(name.decode())

    def test_ours(self):
        for seed in range(8):
            for canon in CANONS:
                for key in (self.rsa, self.ed25519):
                    mail = self.sign(random_mail(seed), canon, key)
                    with self.subTest(seed=seed, canon=canon, key=key.stem):
                        self.assertTrue(dkim.DKIM(mail).verify(dnsfunc=self.look_up))

    def test_theirs(self):
        for seed in range(8):
            mail = random_mail(seed)
            for canon in CANONS:
                head = dkim.sign(mail, b"rsa", b"example.com", self.rsa.read_bytes(),
                                 canonicalize=tuple(canon.encode().split(b"/")))
                with self.subTest(seed=seed, canon=canon):
                    self.assertSigned(head + mail)

    def test_seals(self):
        for seed in range(5):
            mail = self.seal(self.sign(random_mail(seed)))
            cv, _, reason = dkim.arc_verify(mail, dnsfunc=self.look_up)
            self.assertEqual(cv, b"pass", reason)
            results = b"Authentication-Results: lists.example; arc=pass\r\n"
            head = dkim.arc_sign(results + mail, b"rsa", b"example.com", self.rsa.read_bytes(),
                                 b"lists.example", timestamp=NOW)
            theirs = b"".join(head) + results + mail
            self.assertSealed(theirs, 2)
            cv, _, reason = dkim.arc_verify(self.seal(theirs), dnsfunc=self.look_up)
            self.assertEqual(cv, b"pass", reason)


@unittest.skipUnless(shutil.which("perl"), "perl is not installed")
class MailDkim(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        probe = subprocess.run(["perl", "-MJSON", "-MMail::DKIM::ARC::Signer", "-e1"],
                               capture_output=True, check=False)
        if probe.returncode:
            raise unittest.SkipTest("libmail-dkim-perl or libjson-perl is not installed")

    def perl(self, operation, mail, *more):
        return run(["perl", HERE / "mail_dkim.pl", operation, self.dns_file, *more], mail)

    def test_ours(self):
        """RSA only: for Ed25519 it wants a module that Debian 12 does not have beside it."""
        for seed in range(6):
            for canon in CANONS:
                mail = self.sign(random_mail(seed, True), canon)
                with self.subTest(seed=seed, canon=canon):
                    self.assertEqual(self.perl("verify", mail), b"example.com pass\n")

    def test_theirs(self):
        for seed in range(6):
            for canon in CANONS:
                mail = self.perl("sign", random_mail(seed, True), "example.com", "rsa", self.rsa, canon,
                                 str(NOW))
                with self.subTest(seed=seed, canon=canon):
                    self.assertSigned(mail)

    def test_seals(self):
        for seed in range(4):
            mail = self.seal(self.seal(random_mail(seed, True)))
            self.assertEqual(self.perl("arc-verify", mail), b"pass\n")
            results = b"Authentication-Results: perl.example; arc=none\r\n"
            theirs = self.perl("arc-sign", results + random_mail(seed, True), "example.com", "rsa",
                               self.rsa, "", str(NOW))
            self.assertSealed(theirs, 1)
            self.assertSealed(self.seal(theirs), 2)


@unittest.skipUnless(shutil.which("node") and shutil.which("npm"), "node and npm aren't installed")
class Mailauth(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.modules = pathlib.Path(tempfile.mkdtemp(prefix="secmail-js-"))
        cls.addClassCleanup(shutil.rmtree, cls.modules, True)
        for name in ("mailauth.mjs", "package.json", "package-lock.json"):
            shutil.copy(HERE / name, cls.modules)
        ready = os.environ.get("SECMAIL_NODE_MODULES")
        if ready and (pathlib.Path(ready) / "node_modules" / "mailauth").is_dir():
            (cls.modules / "node_modules").symlink_to(pathlib.Path(ready).resolve() / "node_modules")
            return
        try:
            done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                                  cwd=cls.modules, timeout=100, check=False, capture_output=True)
        except subprocess.TimeoutExpired:
            raise unittest.SkipTest("npm can't be reached") from None
        if done.returncode:
            raise unittest.SkipTest("mailauth can't be installed by npm")

    def node(self, operation, mail, **more):
        request = {"operation": operation, "message": base64.b64encode(mail).decode(),
                   "dns": self.dns, "domain": "example.com", "selector": "rsa", "now": NOW,
                   "key": self.rsa.read_text(), **more}
        answer = json.loads(run(["node", self.modules / "mailauth.mjs"],
                                json.dumps(request).encode(), cwd=self.modules))
        if "header" in answer:
            return base64.b64decode(answer["header"])
        return answer

    def test_ours(self):
        for seed, canon in zip(range(4), CANONS):
            mail = self.sign(self.sign(random_mail(seed), canon), canon, self.ed25519)
            results = self.node("verify", mail)["dkim"]
            self.assertEqual([r["result"] for r in results], ["pass", "pass"], (seed, canon))

    def test_theirs(self):
        for seed, canon in zip(range(4), CANONS):
            mail = random_mail(seed)
            self.assertSigned(self.node("sign", mail, canon=canon) + mail)

    def test_seals(self):
        mail = self.seal(self.seal(random_mail(1)))
        self.assertEqual(self.node("verify", mail)["arc"], "pass")
        third = self.node("seal", mail) + mail
        self.assertSealed(third, 3)
        self.assertEqual(self.node("verify", self.seal(third))["arc"], "pass")


# -- SPF ---------------------------------------------------------------------------------------

# Without "ptr": there it takes a failing name for a failure of all (against RFC 7208 section 5.5),
# and counts the addresses of names as lookups without data.
TERMS = ["a", "mx", "a:b.example", "mx:b.example", "a/24", "mx//64", "ip4:192.0.2.0/24",
         "ip4:198.51.100.7", "ip6:2001:db8::/32", "include:b.example", "include:c.example",
         "exists:%{ir}.x.example", "exists:%{l}.y.example", "-include:d.example",
         "?a:c.example", "~mx:c.example", "redirect=c.example", "-all", "~all", "?all", "all",
         "x=%{d}", "ip4:300.1.1.1", "foo", "a:%{d2}.nowhere.example"]


def random_zone(draw):
    zone = {}
    for name in ("a.example", "b.example", "c.example", "d.example"):
        data = {}
        if draw.random() < 0.85:
            count = draw.randrange(1, 5)
            # Each once: it refuses an unknown modifier that stands there twice (RFC 7208 section 6).
            data["TXT"] = ["v=spf1 " + " ".join(draw.sample(TERMS, k=count))]
            if draw.random() < 0.05:
                data["TXT"].append("v=spf1 ~all")
        if draw.random() < 0.7:
            data["A"] = draw.sample(["192.0.2.1", "198.51.100.7", "203.0.113.9"], 2)
        if draw.random() < 0.7:
            data["AAAA"] = draw.sample(["2001:db8::1", "2001:db8:1::7"], 1)
        if draw.random() < 0.6:
            data["MX"] = [[10, "b.example"], [20, "c.example"]][:draw.randrange(1, 3)]
        zone[name] = data if draw.random() < 0.95 else "SERVFAIL"
    zone["joe.y.example"] = {"A": ["127.0.0.2"]}
    zone["1.2.0.192.in-addr.arpa"] = {"PTR": ["b.example", "c.example"]}
    return zone


@unittest.skipUnless(spf, "python3-spf is not installed")
class Pyspf(Case):
    def look_up(self, name, kind, strict=True, timeout=None):
        del strict, timeout
        data = self.zone.get(name.lower().rstrip("."), {})
        if data == "SERVFAIL":
            raise spf.TempError("DNS SERVFAIL")
        for record in data.get(kind, []):
            if kind == "TXT":
                record = (record.encode(),)
            elif kind == "MX":
                record = tuple(record)
            elif kind in ("A", "AAAA"):
                record = record if kind == "A" else spf.inet_pton(record)
            yield (name, kind), record

    def test_random_records(self):
        """Every verdict of both is the same on 400 zones."""
        spf.DNSLookup = self.look_up
        draw = random.Random(7208)
        seen = set()
        for number in range(400):
            self.zone = random_zone(draw)
            self.dns_file.write_text(json.dumps(self.zone))
            ip = draw.choice(["192.0.2.1", "203.0.113.200", "198.51.100.7"])
            theirs, why = spf.check2(i=ip, s="joe@a.example", h="h.example", querytime=0)
            if "oid lookup" in why or "recursion" in why:
                # It counts again what it asked before; and it refuses an include of itself that
                # stands behind the term that matches.
                continue
            ours = json.loads(run([AUTH, "spf", "--dns", self.dns_file, "--ip", ip, "--helo",
                                   "h.example", "--from", "joe@a.example"]))["result"]
            seen.add(ours)
            self.assertEqual(ours, theirs, (number, ip, self.zone))
        self.assertEqual(len(seen), 7, seen)


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    for _, reason in outcome.skipped:
        print(f"skipped: {reason}")
    if not outcome.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if len(outcome.skipped) >= outcome.testsRun else 0)
