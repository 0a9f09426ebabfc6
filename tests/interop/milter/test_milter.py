#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""secmail-milter in a real Postfix, with a real name server (knot) and swaks, all on loopback."""
import os
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import tempfile
import threading
import time
import unittest

import tap

import knot
import postfix

try:
    import dkim
except ImportError:
    dkim = None

AUTH, MILTER = os.environ["SECMAIL_AUTH"], os.environ["SECMAIL_MILTER"]
SWAKS = shutil.which("swaks")
OURS, THEIRS = "192.0.2.1", "203.0.113.1"
CONNECTIONS, EACH = 20, 50
SPF = '@ TXT "v=spf1 ip4:192.0.2.0/24 -all"\n'
CONF = """\
# written by the test
socket inet:{port}@127.0.0.1
authserv-id mx.local.example
name-server {dns}
trust-anchors {folder}/anchors
dns-timeout {timeout}
dmarc-reject yes
quarantine-header X-Quarantine
on-temperror {temperror}
sign ours.example {selector} {folder}/{selector}.pem
"""


def missing():
    if os.geteuid() != 0:
        return "Postfix needs root"
    for name, found in (("knot", knot.KNOTD and knot.KEYMGR), ("postfix", postfix.POSTFIX),
                        ("swaks", SWAKS), ("python3-dkim", dkim)):
        if not found:
            return f"{name} isn't installed"
    return None


def run(*argv, stdin=b""):
    return subprocess.run([os.fspath(a) for a in argv], input=stdin, capture_output=True,
                          timeout=120, check=True).stdout


def results(mail):
    """The first Authentication-Results field, unfolded, and how many there are with our name."""
    header = re.sub(rb"\n[ \t]+", b" ", mail.partition(b"\n\n")[0]).decode()
    fields = re.findall(r"^Authentication-Results:(.*)$", header, re.MULTILINE)
    return fields[0], sum("mx.local.example" in f for f in fields)


@unittest.skipIf(missing(), missing())
class Filtering(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.folder.chmod(0o755)  # Postfix's processes aren't all root
        zones = cls.make_zones()
        cls.server = knot.Knot(cls.folder / "knot", zones)
        cls.addClassCleanup(cls.server.stop)
        (cls.folder / "anchors").write_text(cls.server.anchors("signed.example"))
        cls.port = postfix.free_port()
        cls.log = open(cls.folder / "milter.log", "w+b")
        cls.addClassCleanup(cls.log.close)
        cls.start_milter()
        cls.addClassCleanup(lambda: cls.milter.poll() is None and cls.milter.kill())
        cls.mta = postfix.Postfix(cls.folder, f"inet:127.0.0.1:{cls.port}")
        cls.addClassCleanup(cls.mta.stop)

    @classmethod
    def make_zones(cls):
        cls.records = {}
        for name, domain, kind in (("s", "signed.example", "rsa"), ("first", "ours.example", "rsa"),
                                   ("second", "ours.example", "ed25519")):
            cls.records[name] = run(AUTH, "keygen", "--domain", domain, "--selector", name,
                                    "--key", cls.folder / f"{name}.pem", "--algorithm",
                                    kind).decode()
        dmarc = '_dmarc TXT "v=DMARC1; p={}"\n'
        return {
            "signed.example": (SPF + dmarc.format("reject") + cls.records["s"], True),
            "mild.example": (SPF + dmarc.format("quarantine"), False),
            "ours.example": (cls.records["first"] + cls.records["second"], False),
            **{f"late{i}.example": (SPF + dmarc.format("reject"), False) for i in range(4)},
        }

    @classmethod
    def configure(cls, **changes):
        values = {"port": cls.port, "dns": cls.server.address, "folder": cls.folder,
                  "timeout": 3, "temperror": "accept", "selector": "first", **changes}
        (cls.folder / "milter.conf").write_text(CONF.format(**values) + changes.get("more", ""))

    @classmethod
    def said(cls, words, count=1):
        """Waits until the milter has said something."""
        for _ in range(1200):
            if (cls.folder / "milter.log").read_text().count(words) >= count:
                return
            time.sleep(0.05)
        raise AssertionError(f"no \"{words}\" in {(cls.folder / 'milter.log').read_text()}")

    @classmethod
    def start_milter(cls):
        cls.configure()
        before = (cls.folder / "milter.log").read_text().count("ready on")
        cls.milter = subprocess.Popen([MILTER, cls.folder / "milter.conf"], stderr=cls.log)
        cls.said("ready on", before + 1)

    def reload(self, expect="again", **changes):
        before = (self.folder / "milter.log").read_text().count(expect)
        self.configure(**changes)
        self.milter.send_signal(signal.SIGHUP)
        self.said(expect, before + 1)

    def send(self, mail, sender, client=OURS, port=None):
        """Sends by swaks; its output, and whether the mail was accepted."""
        path = self.folder / "mail.eml"
        path.write_bytes(mail)
        more = ["--xclient-addr", client] if client else []
        done = subprocess.run(
            [SWAKS, "--server", "127.0.0.1", "--port", str(port or self.mta.incoming), "--helo",
             "h.signed.example", "--from", sender, "--to", "joe@rcpt.example", "--data",
             f"@{path}", *more], capture_output=True, text=True, timeout=120, check=False)
        return done.stdout, done.returncode == 0

    def signed(self, word):
        mail = (f"Authentication-Results: mx.local.example; dmarc=pass\r\n"
                f"Authentication-Results: elsewhere.example; spf=pass\r\n"
                f"From: Joe <joe@signed.example>\r\nTo: joe@rcpt.example\r\n"
                f"Subject:  {word}\r\n folded\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
                f"Message-ID: <{word}@signed.example>\r\n\r\nHello  {word}\r\n.\r\n\r\n").encode()
        return run(AUTH, "sign", "--domain", "signed.example", "--selector", "s", "--key",
                   self.folder / "s.pem", "--canon", "simple/simple", stdin=mail)

    @staticmethod
    def plain(domain, word):
        return (f"From: joe@{domain}\r\nSubject: {word}\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
                f"Message-ID: <{word}@x.example>\r\n\r\n{word}\r\n").encode()

    def test_good_mail_passes_and_forged_results_go(self):
        out, accepted = self.send(self.signed("good1"), "joe@signed.example")
        self.assertTrue(accepted, out)
        mail = self.mta.find("good1")[0]
        top, ours = results(mail)
        self.assertEqual(ours, 1, mail)
        for word in ("mx.local.example;", "spf=pass", "dkim=pass", "dmarc=pass"):
            self.assertIn(word, top)
        self.assertIn(b"elsewhere.example", mail)
        self.assertLess(mail.index(b"mx.local.example;"), mail.index(b"DKIM-Signature:"))

    def test_forged_results_go_from_a_header_over_the_limits(self):
        forged = b"Authentication-Results: mx.local.example; dmarc=pass\r\n"
        spaced = b"authentication-results : mx.local.example; dmarc=pass\r\n"
        for word, above in (("many1", b"X: y\r\n" * 6000), ("long1", b"X: " + b"y" * 900 + b"\r\n")):
            above = forged + above * (1 if word == "many1" else 1200) + forged + spaced
            out, accepted = self.send(above + self.plain("mild.example", word), "joe@mild.example")
            self.assertTrue(accepted, out)
            mail = self.mta.find(word)[0]
            self.assertNotIn(b"dmarc=pass", mail)
            self.assertEqual(mail.lower().count(b"authentication-results"), 1)

    def test_forged_mail_is_rejected_if_its_domain_wants_that(self):
        out, accepted = self.send(self.plain("signed.example", "forged1"), "joe@signed.example",
                                  THEIRS)
        self.assertFalse(accepted)
        self.assertIn("550 5.7.1", out)

    def test_quarantine_is_marked(self):
        out, accepted = self.send(self.plain("mild.example", "mild1"), "joe@mild.example", THEIRS)
        self.assertTrue(accepted, out)
        mail = self.mta.find("mild1")[0]
        self.assertIn(b"\nX-Quarantine: dmarc=fail\n", b"\n" + mail)
        self.assertIn("dmarc=fail", results(mail)[0])

    def test_an_author_that_can_not_be_told_is_marked(self):
        message = self.plain("signed.example", "two-authors")
        two = b"From: joe@mild.example\r\n" + message
        out, accepted = self.send(two, "joe@mild.example", THEIRS)
        self.assertTrue(accepted, out)
        mail = self.mta.find("two-authors")[0]
        self.assertIn(b"\nX-Quarantine: dmarc=permerror\n", b"\n" + mail)

    def test_a_dead_name_server_loses_no_mail(self):
        self.server.stop()
        try:
            out, accepted = self.send(self.plain("late0.example", "dead0"), "joe@late0.example")
            self.assertTrue(accepted, out)
            self.assertIn("temperror", results(self.mta.find("dead0")[0])[0])
            self.reload(temperror="defer")
            out, accepted = self.send(self.plain("late1.example", "dead1"), "joe@late1.example")
            self.assertFalse(accepted)
            self.assertIn("451 4.7.0", out)
        finally:
            self.server.start()
        for _ in range(30):  # as the sending server does: it tries again
            out, accepted = self.send(self.plain("late1.example", "dead1"), "joe@late1.example")
            if accepted:
                break
            self.assertIn("451 4.7.0", out)
            time.sleep(1)
        self.assertTrue(accepted, out)
        self.assertIn("dmarc=pass", results(self.mta.find("dead1")[0])[0])
        self.reload()

    def outgoing(self, word):
        out, accepted = self.send(self.plain("ours.example", word), "joe@ours.example", None,
                                  self.mta.outgoing)
        self.assertTrue(accepted, out)
        return self.mta.find(word)[0]

    def verify(self, mail):
        """By dkimpy; the selector."""
        fields = mail.partition(b"DKIM-Signature:")
        mail = (fields[1] + fields[2]).replace(b"\n", b"\r\n")
        text = {n: "".join(re.findall(r'"([^"]*)"', r)) for n, r in self.records.items()}
        found = re.search(rb"\bs=(\w+);", mail)
        self.assertTrue(found, mail)

        def look_up(name, **_):
            return text[name.split(b".")[0].decode()].encode()
        self.assertTrue(dkim.verify(mail, dnsfunc=look_up), mail)
        return found[1].decode()

    def test_outgoing_mail_is_signed_and_keys_are_read_again(self):
        self.assertEqual(self.verify(self.outgoing("out1")), "first")
        self.reload(selector="second")
        self.assertEqual(self.verify(self.outgoing("out2")), "second")
        self.reload("the old configuration stays in force", selector="third")
        self.assertEqual(self.verify(self.outgoing("out3")), "second")
        self.reload()

    def test_forged_results_go_from_outgoing_mail(self):
        forged = b"Authentication-Results: mx.local.example; dmarc=pass\r\n"
        for domain, word in (("ours.example", "out5"), ("signed.example", "out6")):
            out, accepted = self.send(forged + self.plain(domain, word), f"joe@{domain}", None,
                                      self.mta.outgoing)
            self.assertTrue(accepted, out)
            mail = self.mta.find(word)[0]
            self.assertNotIn(b"Authentication-Results", mail)
            self.assertEqual(b"DKIM-Signature" in mail, word == "out5")

    def test_other_domains_are_not_signed(self):
        out, accepted = self.send(self.plain("signed.example", "out4"), "joe@ours.example", None,
                                  self.mta.outgoing)
        self.assertTrue(accepted, out)
        self.assertNotIn(b"DKIM-Signature", self.mta.find("out4")[0])

    def test_a_thousand_mails_over_twenty_connections(self):
        mails, failures = [self.signed(f"load{i}x") for i in range(CONNECTIONS)], []

        def work(mail):
            try:
                with smtplib.SMTP("127.0.0.1", self.mta.incoming, timeout=300) as smtp:
                    smtp.ehlo("h.signed.example")
                    smtp.docmd("XCLIENT", f"ADDR={OURS}")
                    smtp.ehlo("h.signed.example")
                    for _ in range(EACH):
                        smtp.sendmail("joe@signed.example", ["joe@rcpt.example"], mail)
            except (OSError, smtplib.SMTPException) as error:
                failures.append(error)
        threads = [threading.Thread(target=work, args=(mail,)) for mail in mails]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        self.assertEqual(failures, [])
        found = self.mta.find("Hello  load", CONNECTIONS * EACH)
        print(f"# {len(found)} mails in {seconds:.1f} s")
        for mail in found:
            top, ours = results(mail)
            self.assertEqual(ours, 1)
            self.assertRegex(top, "dkim=pass.*dmarc=pass|dmarc=pass.*dkim=pass")

    def test_it_stops_cleanly_and_starts_again(self):
        self.milter.send_signal(signal.SIGTERM)
        self.assertEqual(self.milter.wait(60), 0)
        out, accepted = self.send(self.signed("stopped1"), "joe@signed.example")
        self.assertFalse(accepted)
        self.assertIn("451", out)
        self.start_milter()
        out, accepted = self.send(self.signed("stopped1"), "joe@signed.example")
        self.assertTrue(accepted, out)


class Configuration(unittest.TestCase):
    def check(self, text, *words):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "conf"
            path.write_text(text)
            done = subprocess.run([MILTER, "--check", path], capture_output=True, text=True,
                                  timeout=60, check=False)
        self.assertEqual(done.returncode, 2 if words else 0, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_mistakes_are_named_with_their_line(self):
        good = "socket inet:1@127.0.0.1\nauthserv-id x # ours\n\n"
        self.check(good)
        self.check(good + "outgoing-network 10.0.0.0/8\noutgoing-network ::1\n")
        self.check("authserv-id x\n", "socket is missing")
        self.check("socket x\n", "authserv-id is missing")
        self.check(good + "colour blue\n", ":4:", "no setting colour")
        self.check(good + "sign a b\n", ":4:", "takes 3 values, not 2")
        self.check(good + "sign a b /nonexistent\n", "/nonexistent")
        self.check(good + "sign a b /dev/null\n", "no private key")
        self.check(good + "outgoing-network 10.0.0.0/33\n", "width")
        self.check(good + "outgoing-network x\n", "address")
        self.check(good + "dns-timeout 0\n", "1 to 60")
        self.check(good + "on-temperror perhaps\n", "accept or defer")
        self.check(good + "quarantine-header a:b\n", "header field")


if __name__ == "__main__":
    tap.run()
