#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Aggregate reports of the shared corpus, through secmail-auth: from files, from the attachments of
mails, and against what another reader (JSON beside them) made of the same report."""
from __future__ import annotations

import email
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import tap  # noqa: E402

# What no XML reader takes: not well-formed, or bytes that aren't in the declared encoding.
REFUSED = {
    "domainaware-ikea.com_example.de_1538690400_1538776800.xml": "outermost element",
    "domainaware-invalid_utf_8.xml": "line 31",
    "domainaware-invalid_xml.xml": "line 5",
}
PACKED = {"application/zip", "application/gzip", "application/octet-stream"}
# Their reader's names of words; "Unspecified" is what isn't there.
WORDS = {"MailFrom": "mfrom", "TrustedForwarder": "trusted_forwarder", "Treewalk": "treewalk",
         "Relaxed": "r", "Strict": "s", "Unspecified": None, "Unspecified ": None}


def folder() -> pathlib.Path:
    corpus = os.environ.get("SECMAIL_CORPUS")
    if not corpus:
        raise unittest.SkipTest("SECMAIL_CORPUS is unset")
    return pathlib.Path(corpus) / "dmarc-reports"


def run(data: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    argv = [os.environ["SECMAIL_AUTH"], "dmarc-report", *options]
    return subprocess.run(argv, input=data, capture_output=True, timeout=10, check=False)


def read(data: bytes) -> dict:
    done = run(data, "--json")
    if done.returncode:
        raise AssertionError(done.stderr.decode())
    return json.loads(done.stdout)


def attachment(mail: bytes) -> bytes | None:
    for part in email.message_from_bytes(mail).walk():
        if part.get_content_type() in PACKED:
            return part.get_payload(decode=True)
    return None


def word(text: str | None) -> str | None:
    return WORDS.get(text, text.lower()) if text else None


def drop_empty(texts: dict) -> dict:
    return {name: text for name, text in texts.items() if text}


def their_record(record: dict) -> dict:
    row, ids, auth = record["row"], record["identifiers"], record["auth_results"]
    policy = row["policy_evaluated"]
    return {
        "messages": row["count"],
        **drop_empty({
            "source_ip": row["source_ip"], "disposition": word(policy["disposition"]),
            "dkim": word(policy["dkim"]), "spf": word(policy["spf"]),
            "envelope_to": ids["envelope_to"], "envelope_from": ids["envelope_from"],
            "header_from": ids["header_from"]}),
        "reasons": [drop_empty({"type": word(r["type_"]), "comment": r["comment"]})
                    for r in policy["reason"]],
        "dkim_results": [drop_empty({"domain": d["domain"], "selector": d["selector"],
                                     "result": word(d["result"]), "comment": d["human_result"]})
                         for d in auth["dkim"]],
        "spf_results": [drop_empty({"domain": s["domain"], "scope": word(s["scope"]),
                                    "result": word(s["result"]), "comment": s["human_result"]})
                        for s in auth["spf"]],
    }


def our_record(record: dict) -> dict:
    lists = {name: [drop_empty(d) for d in record.pop(name)]
             for name in ("reasons", "dkim_results", "spf_results")}
    for reason in lists["reasons"]:  # RFC 7489's, which theirs reads as RFC 9990's "other"
        if reason["type"] == "sampled_out":
            reason["type"] = "other"
    return {**{k: v for k, v in record.items() if v != ""}, **lists}


class Reports(unittest.TestCase):
    def test_files(self) -> None:
        found = [p for p in folder().iterdir() if p.suffix in (".xml", ".gz", ".zip")]
        self.assertGreater(len(found), 15)
        for path in found:
            done = run(path.read_bytes(), "--json")
            if path.name in REFUSED:
                self.assertEqual(done.returncode, 2, path.name)
                self.assertIn(REFUSED[path.name], done.stderr.decode())
                continue
            self.assertEqual(done.returncode, 0, f"{path.name}: {done.stderr!r}")
            self.assertTrue(json.loads(done.stdout)["records"], path.name)

    def test_attachments(self) -> None:
        count = 0
        for path in sorted(folder().glob("*.eml")):
            data = attachment(path.read_bytes())
            if data:
                report = read(data)
                self.assertTrue(report["records"], path.name)
                self.assertEqual(read(path.read_bytes()), report, path.name)  # the whole mail
                count += 1
        self.assertGreater(count, 10)

    def test_against_another_reader(self) -> None:
        for path in sorted(folder().glob("stalwartlabs-*.json")):
            want = json.loads(path.read_text())
            source = path.with_suffix(".xml")
            data = (source.read_bytes() if source.exists()
                    else attachment(path.with_suffix(".eml").read_bytes()))
            got = read(data)
            meta, policy = want["report_metadata"], want["policy_published"]
            self.assertEqual([our_record(r) for r in got["records"]],
                             [their_record(r) for r in want["record"]], path.name)
            self.assertEqual((got["begin"], got["end"], got["id"], got["email"], got["org_name"]),
                             (meta["date_range"]["begin"], meta["date_range"]["end"],
                              meta["report_id"], meta["email"], meta["org_name"]), path.name)
            self.assertEqual([got.get(n) for n in ("domain", "p", "sp", "adkim", "aspf")],
                             [policy["domain"], *(word(policy[n]) for n in
                                                  ("p", "sp", "adkim", "aspf"))], path.name)

    def test_summary(self) -> None:
        sample = folder() / "domainaware-rfc9990-example.net_example.com_1700000000_1700086399.xml"
        text = run(sample.read_bytes()).stdout.decode()
        for line in ("Report about example.com", "policy:  reject; of subdomains: quarantine; testing",
                     "2 messages failed DMARC", "5 messages passed DMARC",
                     "2  203.0.113.10, from example.com: reject, other, SPF fail (spoofed.example.com)"):
            self.assertIn(line, text)


if __name__ == "__main__":
    tap.run()
