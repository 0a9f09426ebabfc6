#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-auth as a program: options, JSON, exit codes, and each command on real files."""
from __future__ import annotations

import base64
import gzip
import io
import json
import os
import pathlib
import re
import stat
import subprocess
import tempfile
import unittest
import zipfile

import tap

TOOL = os.environ["SECMAIL_AUTH"]
NOW = "1767225600"  # 2026-01-01 00:00:00 UTC
DONE, REFUSED, USAGE = 0, 1, 2
MAIL = b"From: Joe <joe@example.com>\r\nSubject: x\r\n\r\nHello\r\n"


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="secmail-auth-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.key = self.folder / "key.pem"
        self.dns: dict = {
            "example.com": {"TXT": ["v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all exp=why.example.com"]},
            "why.example.com": {"TXT": ["%{i} is not one of ours"]},
            "_dmarc.example.com": {"TXT": ["v=DMARC1; p=reject; t=y"]},
        }

    def run_tool(self, *argv: object, mail: bytes = b"", expect: int = DONE) -> bytes:
        done = subprocess.run([TOOL, *map(str, argv)], input=mail, capture_output=True, timeout=60,
                              check=False)
        if done.returncode != expect:
            raise AssertionError(f"{argv}: exit {done.returncode}, not {expect}: {done.stderr!r}")
        self.stderr = done.stderr.decode()
        self.assertEqual(bool(self.stderr), expect != DONE or "lines are" in self.stderr)
        return done.stdout

    def zone(self) -> pathlib.Path:
        path = self.folder / "dns.json"
        path.write_text(json.dumps(self.dns))
        return path

    def line(self, *argv: object, mail: bytes = b"") -> dict:
        out = self.run_tool(*argv, "--dns", self.zone(), mail=mail)
        self.assertEqual(out.count(b"\n"), 1)
        self.assertTrue(out.endswith(b"\n"))
        return json.loads(out)

    def spf(self, ip: str = "192.0.2.1", helo: str = "h.example", sender: str = "joe@example.com"
            ) -> dict:
        return self.line("spf", "--ip", ip, "--helo", helo, "--from", sender)

    def verify(self, mail: bytes, *argv: object) -> dict:
        return self.line("verify", "--now", NOW, *argv, mail=mail)

    def keygen(self, *argv: object, domain: str = "example.com", selector: str = "s") -> str:
        out = self.run_tool("keygen", "--domain", domain, "--selector", selector, "--key", self.key,
                            *argv).decode()
        name, record = re.fullmatch(r"(\S+)\. IN TXT \((.*) \)\n", out).groups()
        strings = re.findall(r'"([^"]*)"', record)
        self.assertTrue(all(len(text) <= 255 for text in strings))
        self.dns[name] = {"TXT": [strings]}
        return "".join(strings)

    def sign(self, mail: bytes, *argv: object, expect: int = DONE) -> bytes:
        return self.run_tool("sign", "--domain", "example.com", "--selector", "s", "--key", self.key,
                             "--now", NOW, *argv, mail=mail, expect=expect)


class Spf(Case):
    def test_keys(self) -> None:
        self.assertEqual(self.spf(), {"result": "pass", "explanation": None, "domain": "example.com"})
        self.assertEqual(self.spf(ip="192.0.2.9"),
                         {"result": "fail", "explanation": "192.0.2.9 is not one of ours",
                          "domain": "example.com"})
        self.assertEqual(self.spf(ip="::ffff:192.0.2.1")["result"], "pass")
        self.assertEqual(self.spf(ip="2001:DB8::1")["result"], "pass")
        self.assertEqual(self.spf(sender="joe@none.example")["result"], "none")

    def test_null_sender(self) -> None:
        self.dns["h.example"] = {"TXT": ["v=spf1 exists:%{l}.%{o}.x -all"]}
        self.dns["postmaster.h.example.x"] = {"A": ["127.0.0.2"]}
        self.assertEqual(self.spf(sender=""), {"result": "pass", "explanation": None,
                                               "domain": "h.example"})

    def test_answers(self) -> None:
        for value, result in (("NXDOMAIN", "none"), ("SERVFAIL", "temperror"),
                              ("TIMEOUT", "temperror"), ({"TXT": "TIMEOUT"}, "temperror"),
                              ({"*": "SERVFAIL"}, "temperror"), ({"A": ["192.0.2.1"]}, "none"),
                              ({"TXT": [["v=spf1 i", "p4:192.0.2.1"]]}, "pass"),
                              ({"CNAME": ["other.example"]}, "neutral"),
                              ({"CNAME": ["missing.example"]}, "none")):
            self.dns["joe.example"] = value
            self.dns["other.example"] = {"TXT": ["v=spf1 ?all"]}
            self.assertEqual(self.spf(sender="a@JOE.example")["result"], result, value)

    def test_repeat(self) -> None:
        out = self.run_tool("spf", "--ip", "192.0.2.1", "--helo", "x", "--from", "a@example.com",
                            "--dns", self.zone(), "--repeat", 50).decode().splitlines()
        self.assertEqual(json.loads(out[0])["result"], "pass")
        timed = json.loads(out[1])
        self.assertEqual((timed["repeat"], set(timed)), (50, {"repeat", "cpu_seconds"}))
        self.assertGreater(timed["cpu_seconds"], 0)

    def test_usage(self) -> None:
        session = ("--ip", "192.0.2.1", "--helo", "x", "--from", "a@example.com")
        for argv in (("spf", *session, "--dns", "/nonexistent"),
                     ("spf", *session, "--dns"), ("spf", *session, "--dns", self.zone(), "--colour", 1),
                     ("spf", "--ip", "nothing", *session[2:], "--dns", self.zone()),
                     ("spf", *session, "--dns", self.zone(), "--repeat", "x"),
                     ("spf", *session, "--dns", self.zone(), "--now", "-5"),
                     ("spf", *session, "--dns", TOOL), ("nothing",), ()):
            self.assertEqual(self.run_tool(*argv, expect=USAGE), b"")
            self.assertTrue(self.stderr)


class Verify(Case):
    def test_keys(self) -> None:
        self.keygen("--algorithm", "ed25519")
        got = self.verify(self.sign(MAIL), "--ip", "192.0.2.1", "--helo", "h", "--from",
                          "b@example.com", "--authserv-id", "mx.example")
        self.assertEqual(list(got), ["spf", "dkim", "dmarc", "arc", "authentication_results"])
        self.assertEqual(got["spf"], {"result": "pass", "domain": "example.com"})
        self.assertEqual(got["dkim"], [{"domain": "example.com", "selector": "s", "result": "pass",
                                        "reason": None}])
        self.assertEqual(got["dmarc"], {"result": "pass", "policy": "quarantine",
                                        "domain": "example.com", "org_domain": "example.com"})
        self.assertEqual(got["arc"], {"result": "none", "instances": 0, "reason": None})
        field = got["authentication_results"]
        self.assertRegex(field, r"^Authentication-Results: mx\.example;(\r\n[ \t][^\r\n]+)+$")
        for method in ("spf=pass", "dkim=pass", "dmarc=pass"):
            self.assertIn(method, field)

    def test_nothing_given(self) -> None:
        got = self.verify(MAIL)
        self.assertEqual((got["spf"], got["dkim"]), ({"result": "none"}, []))
        self.assertEqual(got["dmarc"]["result"], "fail")
        self.assertTrue(got["authentication_results"].startswith("Authentication-Results: localhost;"))

    def test_only(self) -> None:
        self.keygen("--algorithm", "ed25519")
        mail = self.sign(MAIL)
        for only, keys in (("spf", {"spf"}), ("dkim", {"dkim"}), ("arc", {"arc"}),
                           ("dmarc", {"dmarc"}), ("spf,dkim", {"spf", "dkim"})):
            got = self.verify(mail, "--only", only, "--ip", "192.0.2.9")
            shown = {key for key in ("spf", "dkim", "dmarc", "arc") if got.get(key)}
            self.assertEqual(shown, keys)
        self.assertEqual(self.verify(mail, "--only", "dmarc")["dmarc"]["result"], "pass")
        self.run_tool("verify", "--dns", self.zone(), "--only", "bimi", expect=USAGE)

    def test_line_ends(self) -> None:
        self.keygen("--algorithm", "ed25519")
        mail = self.sign(MAIL)
        self.assertEqual(self.verify(mail.replace(b"\r\n", b"\n"))["dkim"][0]["result"], "pass")

    def test_weak(self) -> None:
        self.keygen("--bits", 1024)
        mail = self.sign(MAIL)
        self.assertEqual(self.verify(mail)["dkim"][0]["result"], "pass")
        self.assertEqual(self.verify(mail, "--allow-weak")["dkim"][0]["result"], "pass")

    def test_broken_bytes(self) -> None:
        got = self.verify(b"DKIM-Signature: v=1; d=\xff\x00\x1b[2J; s=\r\nFrom: \xff@\r\n\r\n")
        self.assertEqual(got["dkim"][0]["result"], "permerror")
        self.assertNotIn("\x1b", got["dkim"][0]["domain"] or "")
        self.assertEqual(got["dmarc"]["result"], "permerror")
        for mail in (b"", b"\n", b"\0" * 5000, b":" * 5000, b"From:" * 3000, os.urandom(20000)):
            self.verify(mail, "--ip", "192.0.2.1")

    def test_explain(self) -> None:
        self.keygen("--algorithm", "ed25519")
        argv = ("verify", "--explain", "--now", NOW, "--dns", self.zone(), "--ip", "192.0.2.9",
                "--from", "a@example.com")
        good = self.run_tool(*argv, mail=self.sign(MAIL)).decode()
        self.assertTrue(good.startswith("VALIDATED: this mail is from example.com."))
        self.assertIn("The domain after the @ of the From field is real.", good)
        self.assertIn("SPF: may this host send mail for example.com?\n  verdict:    fail", good)
        self.assertIn("dns: s._domainkey.example.com TXT: answered", good)
        bad = self.run_tool(*argv, mail=self.sign(MAIL).replace(b"Hello", b"Hallo")).decode()
        self.assertIn("the body was changed after it was signed", bad)
        self.assertIn("That is a warning, not proof of\n  forgery.", bad)
        self.assertTrue(bad.startswith("NOT VALIDATED: "))
        two = self.run_tool(*argv, mail=b"From: a@example.com\r\n" + MAIL).decode()
        self.assertIn("Who wrote this can't be said.", two)
        nothing = self.run_tool(*argv, mail=b"From: a@none.example\r\n\r\n").decode()
        self.assertIn("Its owner publishes no policy", nothing)

    def test_explain_weak_points(self) -> None:
        self.keygen("--bits", 1024)
        self.dns["s._domainkey.example.com"]["TXT"][0][0] += "; t=y"
        argv = ("verify", "--explain", "--only", "dkim", "--now", NOW, "--dns", self.zone())
        shown = self.run_tool(*argv, mail=self.sign(MAIL)).decode()
        self.assertTrue(shown.startswith("DKIM: did example.com sign this mail?"))
        self.assertIn("Its key has 1024 bits only", shown)
        self.assertIn("only testing (t=y)", shown)

    def test_public_suffixes(self) -> None:
        suffixes = self.folder / "list.dat"
        suffixes.write_text("com\nco.example\n")
        self.dns["_dmarc.a.co.example"] = {"TXT": ["v=DMARC1; p=quarantine"]}
        self.dns["_dmarc.co.example"] = {"TXT": ["v=DMARC1; p=reject"]}
        mail = b"From: a@x.b.co.example\r\n\r\n"
        self.assertEqual(self.verify(mail)["dmarc"]["domain"], "co.example")
        done = subprocess.run([TOOL, "verify", "--dns", self.zone(), "--public-suffixes", suffixes],
                              input=mail, capture_output=True, check=False)
        if b"lacks libpsl" in done.stderr:
            self.skipTest("built without libpsl")
        self.assertEqual(json.loads(done.stdout)["dmarc"]["result"], "none")
        suffixes.write_text("// nothing\n")
        self.run_tool("verify", "--dns", self.zone(), "--public-suffixes", suffixes, expect=USAGE)


class Sign(Case):
    def test_keys(self) -> None:
        for argv in (("--algorithm", "ed25519"), ("--bits", "1024"), ()):
            self.key.unlink(missing_ok=True)
            record = self.keygen(*argv)
            self.assertEqual(stat.S_IMODE(self.key.stat().st_mode), 0o600)
            self.assertTrue(record.startswith("v=DKIM1; "))
            signed = self.sign(MAIL)
            self.assertTrue(signed.endswith(MAIL))
            field = signed[:-len(MAIL)].decode()
            self.assertRegex(field, r"^DKIM-Signature: [^\r\n]+(\r\n[ \t][^\r\n]+)*\r\n$")
            self.assertIn(f"t={NOW};", field)
            algorithm = "ed25519-sha256" if "ed25519" in argv else "rsa-sha256"
            self.assertIn(f"a={algorithm};", field)
            self.assertEqual(self.verify(signed)["dkim"][0]["result"], "pass")

    def test_twice(self) -> None:
        self.keygen("--algorithm", "ed25519")
        once = self.sign(MAIL)
        self.key.unlink()
        self.keygen("--bits", 1024, selector="r")
        twice = self.run_tool("sign", "--domain", "example.com", "--selector", "r", "--key", self.key,
                              "--now", NOW, mail=once)
        self.assertEqual([s["result"] for s in self.verify(twice)["dkim"]], ["pass", "pass"])

    def test_options(self) -> None:
        self.keygen("--algorithm", "ed25519")
        field = self.sign(MAIL, "--canon", "simple/relaxed", "--headers", "from:subject:to")
        self.assertIn(b"c=simple/relaxed;", field)
        self.assertIn(b"h=from:subject:to;", field)
        for canon in ("relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"):
            self.assertEqual(self.verify(self.sign(MAIL, "--canon", canon))["dkim"][0]["result"], "pass")
        self.assertIn(b"c=relaxed/relaxed;", self.sign(MAIL))

    def test_output_has_crlf(self) -> None:
        self.keygen("--algorithm", "ed25519")
        signed = self.sign(MAIL.replace(b"\r\n", b"\n"))
        self.assertTrue(signed.endswith(MAIL))
        self.assertNotRegex(signed, rb"(?<!\r)\n")

    def test_errors(self) -> None:
        self.keygen("--algorithm", "ed25519")
        self.assertEqual(self.sign(b"Subject: x\r\n\r\n", expect=REFUSED), b"")
        self.assertEqual(self.sign(b"From: a@b\r\nFrom: c@d\r\n\r\n", expect=REFUSED), b"")
        self.sign(MAIL, "--canon", "loose/loose", expect=USAGE)
        self.sign(MAIL, "--headers", "to", expect=USAGE)
        self.sign(MAIL, "--dns", self.zone(), expect=USAGE)
        before = self.key.read_bytes()
        self.run_tool("keygen", "--domain", "example.com", "--selector", "s", "--key", self.key,
                      expect=USAGE)
        self.assertEqual(self.key.read_bytes(), before)
        self.key.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        self.sign(MAIL, expect=USAGE)
        self.key.write_text("nothing")
        self.sign(MAIL, expect=USAGE)
        self.key.unlink()
        self.sign(MAIL, expect=USAGE)
        for bad in (("--bits", "512"), ("--bits", "x"), ("--algorithm", "dsa")):
            self.run_tool("keygen", "--domain", "e.example", "--selector", "s", "--key", self.key, *bad,
                          expect=USAGE)
            self.assertFalse(self.key.exists())

    def test_key_of_openssl(self) -> None:
        """PKCS#8 as OpenSSL writes it: RFC 8410's example."""
        self.key.write_text("-----BEGIN PRIVATE KEY-----\n"
                            "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                            "-----END PRIVATE KEY-----\n")
        public = base64.b64encode(bytes.fromhex(
            "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")).decode()
        self.dns["s._domainkey.example.com"] = {"TXT": [f"v=DKIM1; k=ed25519; p={public}"]}
        self.assertEqual(self.verify(self.sign(MAIL))["dkim"][0]["result"], "pass")


class Seal(Case):
    def seal(self, mail: bytes, *argv: object, expect: int = DONE) -> bytes:
        return self.run_tool("seal", "--domain", "lists.example", "--selector", "s", "--key", self.key,
                             "--authserv-id", "lists.example", "--now", NOW, "--dns", self.zone(),
                             *argv, mail=mail, expect=expect)

    def test_chain(self) -> None:
        self.keygen("--algorithm", "ed25519", domain="lists.example")
        mail = MAIL
        for instance in (1, 2, 3):
            mail = self.seal(mail)
            got = self.verify(mail)["arc"]
            self.assertEqual(got, {"result": "pass", "instances": instance, "reason": None})
            fields = mail.split(b"\r\n")[0:1]
            self.assertTrue(fields[0].lower().startswith(b"arc-"))
        self.assertTrue(mail.endswith(MAIL))
        self.assertEqual(mail.count(b"cv=none;"), 1)
        self.assertEqual(self.verify(mail.replace(b"Hello", b"Hallo"))["arc"]["result"], "fail")

    def test_trusted_sealer(self) -> None:
        self.keygen("--algorithm", "ed25519", domain="lists.example")
        mail = self.seal(MAIL, "--ip", "192.0.2.1", "--from", "joe@example.com")
        self.assertIn(b"dmarc=pass", mail)
        argv = ("--ip", "203.0.113.1", "--from", "joe@example.com", "--report", "--disposition", "none")
        got = self.verify(mail, *argv, "--trust-sealer", "lists.example")
        self.assertEqual([r["type"] for r in got["report"]["records"][0]["reasons"]],
                         ["policy_test_mode", "trusted_forwarder"])
        got = self.verify(mail, *argv)
        self.assertEqual([r["type"] for r in got["report"]["records"][0]["reasons"]],
                         ["policy_test_mode"])

    def test_refused(self) -> None:
        self.keygen("--algorithm", "ed25519", domain="lists.example")
        self.assertEqual(self.seal(b"Subject: x\r\n\r\n", expect=REFUSED), b"")


class Reports(Case):
    WRITE = ("dmarc-report", "--write", "--org", "Receiver & Co", "--email", "d@mx.example",
             "--report-id", "1@mx.example", "--begin", 1767139200, "--end", 1767225599)

    def lines(self) -> bytes:
        self.keygen("--algorithm", "ed25519")
        signed = self.sign(MAIL)
        out = b""
        for mail, ip in ((signed, "192.0.2.1"), (signed, "192.0.2.1"), (MAIL, "192.0.2.9"),
                         (b"From: a@none.example\r\n\r\n", "192.0.2.1")):
            got = self.verify(mail, "--report", "--ip", ip, "--from", "b@example.com")
            out += json.dumps(got).encode() + b"\n"
        return out + b"\n"

    def test_round_trip(self) -> None:
        xml = self.run_tool(*self.WRITE, mail=self.lines())
        self.assertIn("1 lines are about other domains", self.stderr)
        self.assertIn(b'xmlns="urn:ietf:params:xml:ns:dmarc-2.0"', xml)
        self.assertIn(b"<org_name>Receiver &amp; Co</org_name>", xml)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("report.xml", xml)
        stored = io.BytesIO()
        with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as z:
            z.writestr("report.xml", xml)
        reports = [json.loads(self.run_tool("dmarc-report", "--json", mail=data)) for data in
                   (xml, gzip.compress(xml), archive.getvalue(), stored.getvalue())]
        self.assertEqual(reports[1:], reports[:1] * 3)
        report = reports[0]
        self.assertEqual((report["domain"], report["p"], report["testing"], report["discovery"]),
                         ("example.com", "reject", "y", "treewalk"))
        self.assertEqual((report["begin"], report["end"]), (1767139200, 1767225599))
        self.assertEqual([(r["messages"], r["source_ip"], r["disposition"], r["dkim"], r["spf"])
                          for r in report["records"]],
                         [(2, "192.0.2.1", "pass", "pass", "pass"),
                          (1, "192.0.2.9", "quarantine", "fail", "fail")])
        self.assertEqual(report["records"][1]["reasons"],
                         [{"type": "policy_test_mode", "comment": "t=y"}])
        words = self.run_tool("dmarc-report", mail=xml).decode()
        self.assertIn("1 messages failed DMARC\n       1  192.0.2.9, from example.com", words)
        self.assertIn("2 messages passed DMARC", words)

    def test_targets(self) -> None:
        def targets() -> list:
            return self.verify(MAIL, "--ip", "192.0.2.1", "--report")["report"]["targets"]

        self.assertEqual(targets(), [])
        uris = ["mailto:a@example.com", "mailto:b@other.example", "mailto:c@silent.example"]
        self.dns["_dmarc.example.com"] = {"TXT": ["v=DMARC1; p=none; rua=" + ",".join(uris)]}
        self.dns["example.com._report._dmarc.other.example"] = {"TXT": ["v=DMARC1"]}
        self.assertEqual(targets(), uris[:2])

    def test_mail(self) -> None:
        xml = self.run_tool(*self.WRITE, mail=self.lines())
        text = base64.encodebytes(gzip.compress(xml))
        want = self.run_tool("dmarc-report", "--json", mail=xml)
        part = (b"--b\r\nContent-Type: application/gzip\r\n"
                b"CONTENT-transfer-encoding:\tBASE64\r\n\r\n")
        other = b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n"
        head = b"From: r@mx.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        for mail in (head + part + text + b"--b--\r\n", head + other + part + text,
                     (head + other + part + text).replace(b"\r\n", b"\n"),
                     b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(xml)):
            self.assertEqual(self.run_tool("dmarc-report", "--json", mail=mail), want)
        for mail in (head, head + other, head + part + b"!!!!\n--b--"):
            self.run_tool("dmarc-report", mail=mail, expect=USAGE)

    def test_selection(self) -> None:
        lines = self.lines()
        self.run_tool(*self.WRITE, "--domain", "other.example", mail=lines, expect=REFUSED)
        self.run_tool(*self.WRITE, mail=b"", expect=REFUSED)
        self.run_tool(*self.WRITE[:-2], mail=lines, expect=USAGE)
        self.run_tool(*self.WRITE, mail=b"{", expect=USAGE)
        self.run_tool("verify", "--dns", self.zone(), "--report", mail=MAIL, expect=USAGE)
        self.run_tool("verify", "--dns", self.zone(), "--report", "--disposition", "eat", "--ip",
                      "192.0.2.1", mail=MAIL, expect=USAGE)

    def test_damaged(self) -> None:
        packed = gzip.compress(b"<feedback/>" * 1000)
        for data in (b"", b"text", b"<html/>", packed, packed[:-20], packed[:9], b"PK\3\4" + bytes(40),
                     b"PK\3\4", b"\x1f\x8b\x08"):
            self.assertEqual(self.run_tool("dmarc-report", mail=data, expect=USAGE), b"")


class Help(Case):
    def test_help(self) -> None:
        out = self.run_tool("--help").decode()
        for command in ("spf", "verify", "sign", "seal", "keygen", "dmarc-report"):
            self.assertIn(f"\n  {command} ", out)
        self.assertRegex(self.run_tool("--version").decode(), r"^secmail-auth \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    tap.run()
