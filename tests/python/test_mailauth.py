# SPDX-License-Identifier: LGPL-2.1-or-later
"""Authentication of mail through the Python package."""
from __future__ import annotations

import ctypes
import json
import os
import pathlib
import unittest
from typing import Any

from secmail import Context, errors, feature_supported
from secmail.mailauth import (
    Algorithm,
    Answer,
    Key,
    Message,
    Method,
    Option,
    Policy,
    Question,
    RecordType,
    Report,
    ReportRecord,
    Security,
    Status,
    Suffixes,
    Verdict,
    find_trusted,
    limit_numbers,
    mx,
    ptr,
    read_results,
    sign,
    txt,
)
import tap

NOW = 1767225600  # 2026-01-01 00:00:00 UTC
MAIL = b"From: Joe <joe@example.com>\r\nSubject: x\r\n\r\nHello\r\n"


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.now = NOW
        self.context = Context(clock=lambda: self.now)
        self.key = Key.generate(self.context, Algorithm.ED25519_SHA256)
        self.zone: dict[tuple[str, RecordType], list[bytes]] = {
            ("s._domainkey.example.com", RecordType.TXT): [txt(self.key.record(self.context))],
            ("_dmarc.example.com", RecordType.TXT): [txt("v=DMARC1; p=reject")],
            ("example.com", RecordType.TXT): [txt("v=spf1 mx ptr -all exp=e.%{d}")],
            ("example.com", RecordType.MX): [mx(10, "m.example.com")],
            ("m.example.com", RecordType.A): [bytes([192, 0, 2, 1])],
            ("e.example.com", RecordType.TXT): [txt("%{i} may not")],
        }

    def resolve(self, question: Question) -> Answer:
        records = self.zone.get((question.name, question.type))
        if records is None:
            return Answer(status=Status.NXDOMAIN, security=Security.SECURE)
        return Answer(records, security=Security.SECURE)

    def run_message(self, mail: bytes, **session: object) -> Message:
        message = Message(self.context, **session)  # type: ignore[arg-type]
        message.update(mail)
        message.finish()
        message.run(self.resolve)
        return message

    def signed(self) -> bytes:
        return sign(self.context, MAIL, "example.com", [("example.com", "s", self.key)]) + MAIL


class Verifying(Case):
    def test_all_methods(self) -> None:
        message = self.run_message(
            self.signed(), ip="192.0.2.1", helo="h.example", mail_from="joe@example.com",
            authserv_id="mx.example")
        assert message.spf is not None and message.dmarc is not None and message.arc is not None
        self.assertEqual(message.spf.verdict, Verdict.PASS)
        self.assertEqual(message.spf.decider, "mx")
        self.assertEqual(message.spf.numbers["prefix_bits"], 32)
        self.assertEqual([r.verdict for r in message.dkim], [Verdict.PASS])
        self.assertEqual(message.dkim[0].numbers["key_bits"], 256)
        self.assertEqual(message.dkim[0].security, Security.SECURE)
        self.assertEqual(message.dmarc.policy, Policy.REJECT)
        self.assertTrue(message.dmarc)
        self.assertEqual(message.arc.verdict, Verdict.NONE)
        self.assertTrue(message.header().startswith("Authentication-Results: mx.example;"))
        self.assertTrue(message.received_spf().startswith("Received-SPF: pass"))

    def test_a_forged_mail_is_a_result(self) -> None:
        message = self.run_message(self.signed().replace(b"Hello", b"Hallo"), ip="203.0.113.9",
                                   helo="h.example", mail_from="joe@example.com",
                                   options=Option.TRACE)
        assert message.spf is not None and message.dmarc is not None
        self.assertEqual(message.spf.explanation, "203.0.113.9 may not")
        self.assertEqual(message.dkim[0].decider, "bh")
        self.assertFalse(message.dmarc)
        self.assertIn("spf: example.com: mx: no match", message.trace)

    def test_spf_alone_needs_no_message(self) -> None:
        message = Message(self.context, ip="192.0.2.1", helo="h.example", methods=Method.SPF,
                          mail_from="joe@example.com")
        self.assertIsNone(message.spf)
        message.run(self.resolve)
        self.assertTrue(message.spf)
        self.assertIsNone(message.dmarc)

    def test_deadline(self) -> None:
        message = Message(self.context, ip="192.0.2.1", mail_from="joe@example.com",
                          methods=Method.SPF, deadline=NOW + 20)
        self.assertFalse(message.evaluate())
        self.now += 20
        self.assertTrue(message.evaluate())
        assert message.spf is not None
        self.assertEqual(message.spf.verdict, Verdict.TEMPERROR)

    def test_limits(self) -> None:
        message = self.run_message(b"", ip="192.0.2.9", mail_from="joe@example.com",
                                   limits={"spf-lookups": 1})
        assert message.spf is not None
        self.assertEqual(message.spf.verdict, Verdict.PERMERROR)
        self.assertIn("spf-voids", limit_numbers())
        self.assertEqual((message.limit("spf-lookups"), message.limit("spf-voids")), (1, 2))

    def test_errors(self) -> None:
        with self.assertRaises(errors.MailauthAddress):
            Message(self.context, ip="mail.example")
        with self.assertRaises(ValueError):
            Message(self.context, helo="a\0b")
        with self.assertRaises(KeyError):
            Message(self.context, limits={"nothing": 1})
        message = Message(self.context)
        with self.assertRaises(errors.State):
            message.evaluate()
        with self.assertRaises(errors.State):
            message.header()
        with self.assertRaises(errors.MailauthQuestion):
            message.answer(Question(7, "x", RecordType.A), Answer())
        self.assertEqual(ptr(""), b"\0")


class Signing(Case):
    def test_seal(self) -> None:
        message = self.run_message(self.signed(), options=Option.WILL_SEAL)
        sealed = message.seal("example.com", "s", self.key) + self.signed()
        again = self.run_message(sealed, trusted_sealers=["example.com"])
        assert again.arc is not None
        self.assertEqual((again.arc.verdict, again.arc.numbers["instances"]), (Verdict.PASS, 1))

    def test_keys(self) -> None:
        rsa = Key.generate(self.context, bits=1024)
        self.assertEqual((rsa.algorithm, rsa.bits), (Algorithm.RSA_SHA256, 1024))
        with self.assertRaises(errors.MailauthKey):
            Key.read(self.context, b"nothing")
        with rsa.write(self.context) as der:
            self.assertEqual(Key.read(self.context, der.reveal()).bits, 1024)

    def test_who_may_sign(self) -> None:
        keys = [("example.com", "s", self.key)]
        other = MAIL.replace(b"example.com", b"example.net")
        with self.assertRaises(errors.MailauthFrom):
            sign(self.context, other, "example.com", keys)
        with self.assertRaises(errors.MailauthNoKey):
            sign(self.context, other, "example.net", keys)
        field = sign(self.context, [other[:9], other[9:]], "example.com", keys, canon="simple",
                     headers=["from", "to"], lifetime=60, any_author=True)
        self.assertIn(b"c=simple/simple;", field)
        self.assertIn(b"h=from:to;", field)
        self.assertIn(b"x=1767225660;", field)
        lines = MAIL.replace(b"\r\n", b"\n")
        field = sign(self.context, lines, "example.com", keys, lf_lines=True)
        self.assertTrue(self.run_message(field + MAIL).dkim[0])


class Results(Case):
    def test_reading(self) -> None:
        found = read_results(self.context, b"mx.example; spf=fail reason=bad smtp.helo=x; dkim=none")
        self.assertEqual([(r.method, r.result, r.reason) for r in found.results],
                         [("spf", "fail", "bad"), ("dkim", "none", None)])
        with self.assertRaises(errors.MailauthField):
            read_results(self.context, "mx.example; spf=pass (open")

    def test_trust(self) -> None:
        mail = b"Authentication-Results: mx.example; dkim=pass\r\n" + MAIL
        self.assertEqual(find_trusted(self.context, mail, "MX.example").authserv_id, "mx.example")
        with self.assertRaises(errors.MailauthUntrusted):
            find_trusted(self.context, b"Authentication-Results: evil; none\r\n" + mail, "mx.example")

    def test_forged(self) -> None:
        mine = b"Authentication-Results: localhost; dkim=pass\r\n"
        theirs = b"Authentication-Results: other; none\r\n"
        self.assertEqual(self.run_message(mine + theirs + mine + MAIL).forged(), [3, 1])


class Corpus(Case):
    """Fields of RFC 8601's appendix B and of other libraries' tests."""

    def cases(self, kind: str) -> list[dict[str, Any]]:
        corpus = os.environ.get("SECMAIL_CORPUS")
        if not corpus:
            raise unittest.SkipTest("SECMAIL_CORPUS is unset")
        text = (pathlib.Path(corpus) / "authres" / "headers.json").read_text()
        cases: list[dict[str, Any]] = json.loads(text)[kind]
        self.assertGreater(len(cases), 4)
        return cases

    def test_valid(self) -> None:
        for case in self.cases("valid"):
            found = read_results(self.context, case["value"])
            got = [{"method": r.method, "result": r.result,
                    "props": [{"ptype": p[0], "property": p[1], "value": p[2]}
                              for p in r.properties],
                    **({} if r.reason is None else {"reason": r.reason})}
                   for r in found.results]  # fmt: skip
            want = [{k: v for k, v in r.items() if k != "version"} for r in case["results"]]
            self.assertEqual((found.authserv_id, got), (case["authserv_id"], want))

    def test_invalid(self) -> None:
        for case in self.cases("invalid"):
            with self.assertRaises(errors.MailauthField, msg=case["why"]):
                read_results(self.context, case["value"])


class Reports(Case):
    def report(self) -> Report:
        report = Report(self.context, org_name="Receiver", email="d@mx.example", id="1")
        report.set_range(NOW, NOW + 86399)
        return report

    def test_from_messages(self) -> None:
        report = self.report()
        for ip in ("192.0.2.1", "203.0.113.9", "192.0.2.1"):
            message = self.run_message(MAIL, ip=ip, helo="h.example", mail_from="joe@example.com")
            report.add_message(message, Policy.QUARANTINE)
        report.merge()
        again = Report.read(self.context, report.write())
        self.assertEqual(again.texts["domain"], "example.com")
        self.assertEqual(again["discovery"], "treewalk")
        self.assertEqual(again.range, (NOW, NOW + 86399))
        first, second = again.records
        self.assertEqual((first.messages, first.texts["disposition"]), (2, "pass"))
        self.assertEqual((second.messages, second.texts["disposition"]), (1, "quarantine"))
        self.assertEqual(second.spf_results[0]["result"], "fail")
        self.assertEqual([], list(first.reasons) + list(first.dkim_results))

    def test_targets(self) -> None:
        self.zone[("_dmarc.example.com", RecordType.TXT)] = [
            txt("v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@other.example")]
        message = self.run_message(MAIL, options=Option.ASK_REPORT_TARGETS)
        assert message.dmarc is not None
        self.assertEqual(message.dmarc.report_targets, "mailto:a@example.com")

    def test_errors(self) -> None:
        report = self.report()
        with self.assertRaises(errors.MailauthReportIncomplete):
            report.write()
        with self.assertRaises(errors.MailauthText):
            report["p"] = "maybe"
        with self.assertRaises(KeyError):
            report["nothing"] = "x"
        report["p"] = "none"
        report["p"] = None
        self.assertIsNone(report["p"])
        with self.assertRaises(errors.MailauthAddress):
            report.add_record(ReportRecord(1, {"source_ip": "here"}))
        with self.assertRaises(errors.MailauthReport):
            Report.read(self.context, b"<html/>")
        self.zone.clear()
        with self.assertRaises(errors.MailauthReportDomain):
            report.add_message(self.run_message(MAIL, ip="192.0.2.1"))

    def test_limit(self) -> None:
        context = Context(limits={"report-entries": 1})
        with self.assertRaises(errors.LimitReportEntries):
            Report.read(context, b"<feedback><record/><record/></feedback>")


class Misuse(Case):
    def test_flags_are_no_bytes(self) -> None:
        # They have a length, and are numbers, which C would take for an address.
        flag: Any = Option.TRACE
        with self.assertRaisesRegex(TypeError, "bytes-like"):
            read_results(self.context, flag)
        with self.assertRaisesRegex(TypeError, "bytes-like"):
            find_trusted(self.context, flag, "mx.example")


class PublicSuffixes(Case):
    def test_list(self) -> None:
        if not feature_supported("public-suffixes"):
            self.assertRaises(errors.NotBuilt, Suffixes, self.context)
            return
        suffixes = Suffixes(self.context, b"com\nco.example\n")
        self.assertEqual(suffixes.find("a.b.co.example"), "b.co.example")
        self.assertIsNone(suffixes.find("co.example"))
        with self.assertRaisesRegex(TypeError, "no Suffixes"):
            self.run_message(MAIL, public_suffixes=self.context)
        message = self.run_message(MAIL, public_suffixes=suffixes)
        with self.assertRaisesRegex(ctypes.ArgumentError, "secmail_suffixes can't stand for"):
            message.seal("example.com", "s", suffixes)  # type: ignore[arg-type]
        del suffixes
        assert message.dmarc is not None
        self.assertEqual(message.dmarc.org_domain, "example.com")
        with self.assertRaises(errors.MailauthSuffixes):
            Suffixes(self.context, b"// nothing")


if __name__ == "__main__":
    tap.run(doctests=("secmail.mailauth",))
