#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The resolver against knot: signed and unsigned zones, aliases, TCP, bogus answers, a dead server."""
import re
import shutil
import tempfile
import time
import unittest

import tap
from secmail import Context
from secmail.dns import Resolver, Security, Setting, Status

import knot

A, CNAME, PTR, TXT = 1, 5, 12, 16
BIG = "\n".join(f'big TXT "{i:03} {"x" * 200}"' for i in range(50))
ZONES = {
    "signed.example": (
        '@ TXT "one " "two"\n'
        "www A 192.0.2.1\nalias CNAME www\nlong CNAME alias\nout CNAME www.plain.example.\n"
        "gone CNAME nothing\n*.wild A 192.0.2.3\ndeep.down A 192.0.2.2\n" + BIG, True),
    "plain.example": ('@ TXT "hello"\nwww A 192.0.2.4\nback CNAME www.signed.example.', False),
    "wrong.example": ('@ TXT "x"', True),
    "lab.test": ("www A 192.0.2.5", False),
    "2.0.192.in-addr.arpa": ("1 PTR www.signed.example.", False),
}
MINUTE = 60000


@unittest.skipUnless(knot.KNOTD and knot.KEYMGR, "knot isn't installed")
class Resolving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.server = knot.Knot(cls.folder, ZONES)
        cls.addClassCleanup(cls.server.stop)

    def resolver(self, anchored=("signed.example",), setup=None):
        dns = Resolver(Context())
        self.addCleanup(dns.close)
        for zone in ZONES:
            dns.add_stub(zone, self.server.address)
        for zone in anchored:
            dns.add_trust_anchors(self.server.anchors(zone))
        if setup:
            setup(dns)
        return dns

    def expect(self, dns, name, kind, status, security, count):
        a = dns.resolve(name, kind, MINUTE)
        self.assertEqual((a.status, a.security, len(a.records)), (status, security, count), a)
        return a

    def test_signed_answers_are_secure(self):
        dns, ok = self.resolver(), (Status.ANSWERED, Security.SECURE)
        a = self.expect(dns, "Signed.Example.", TXT, *ok, 1)
        self.assertEqual(a.records, [b"\4one \3two"])  # character-strings as they are
        self.assertTrue(0 < a.ttl <= 300)
        self.expect(dns, "www.signed.example", A, *ok, 1)
        self.expect(dns, "x.y.wild.signed.example", A, *ok, 1)

    def test_nodata_is_not_nxdomain_and_both_are_proven(self):
        dns = self.resolver()
        self.expect(dns, "www.signed.example", TXT, Status.ANSWERED, Security.SECURE, 0)
        self.expect(dns, "down.signed.example", A, Status.ANSWERED, Security.SECURE, 0)
        a = self.expect(dns, "no.signed.example", A, Status.NXDOMAIN, Security.SECURE, 0)
        self.assertIn("doesn't exist", a.reason)

    def test_aliases_are_as_safe_as_their_weakest_part(self):
        dns = self.resolver()
        a = self.expect(dns, "long.signed.example", A, Status.ANSWERED, Security.SECURE, 1)
        self.assertEqual(a.canonical, "www.signed.example.")
        self.expect(dns, "long.signed.example", CNAME, Status.ANSWERED, Security.SECURE, 1)
        self.expect(dns, "gone.signed.example", A, Status.NXDOMAIN, Security.SECURE, 0)
        self.expect(dns, "out.signed.example", A, Status.ANSWERED, Security.INDETERMINATE, 1)
        self.expect(dns, "back.plain.example", A, Status.ANSWERED, Security.INDETERMINATE, 1)

    def test_without_an_anchor_nothing_is_known(self):
        dns = self.resolver(anchored=())
        for name in ("signed.example", "plain.example"):
            self.expect(dns, name, TXT, Status.ANSWERED, Security.INDETERMINATE, 1)

    def test_many_records_come_by_tcp(self):
        a = self.expect(self.resolver(), "big.signed.example", TXT, Status.ANSWERED,
                        Security.SECURE, 50)
        self.assertEqual(sorted(r[1:4] for r in a.records), [b"%03d" % i for i in range(50)])

    def test_a_wrong_anchor_makes_everything_bogus(self):
        ds = self.server.anchors("wrong.example").splitlines()[0]
        digest = ds.split()[-1]
        false = ds.replace(digest, ("0" if digest[0] != "0" else "1") + digest[1:])
        dns = self.resolver(setup=lambda d: d.add_trust_anchors(false))
        a = self.expect(dns, "wrong.example", TXT, Status.SERVFAIL, Security.BOGUS, 0)
        self.assertTrue(a.reason and not re.search(r"[\r\n]", a.reason))
        self.expect(dns, "signed.example", TXT, Status.ANSWERED, Security.SECURE, 1)

    def test_signatures_are_judged_at_the_time_that_was_set(self):
        dns = self.resolver(setup=lambda d: d.set(Setting.VALIDATION_TIME, 1000000000))
        self.expect(dns, "signed.example", TXT, Status.SERVFAIL, Security.BOGUS, 0)

    def test_an_unsigned_zone_below_an_anchor_without_proof_is_bogus(self):
        ds = self.server.anchors("signed.example").replace("signed.example", "plain.example")
        dns = self.resolver(setup=lambda d: d.add_trust_anchors(ds))
        self.expect(dns, "plain.example", TXT, Status.SERVFAIL, Security.BOGUS, 0)

    def test_special_names_are_asked_for_only_in_zones_that_were_set(self):
        dns, unknown = self.resolver(), Security.INDETERMINATE
        self.expect(dns, "www.lab.test", A, Status.ANSWERED, unknown, 1)
        self.expect(dns, "1.2.0.192.in-addr.arpa", PTR, Status.ANSWERED, unknown, 1)
        self.expect(dns, "www.other.test", A, Status.NXDOMAIN, unknown, 0)
        self.expect(dns, "localhost", A, Status.ANSWERED, unknown, 1)

    def test_a_server_that_refuses_has_failed(self):
        dns = Resolver(Context())
        dns.add_stub("unknown.example", self.server.address)
        self.expect(dns, "unknown.example", A, Status.SERVFAIL, Security.INDETERMINATE, 0)

    def test_forward_zones_and_the_root(self):
        for zone in ("signed.example", "."):
            dns = Resolver(Context())
            dns.add_forwarder(zone, self.server.address)
            dns.add_trust_anchors(self.server.anchors("signed.example"))
            self.expect(dns, "www.signed.example", A, Status.ANSWERED, Security.SECURE, 1)
            dns.close()

    def test_names_with_odd_bytes_can_be_asked_for(self):
        self.expect(self.resolver(), 'a b"\\c.signed.example', A, Status.NXDOMAIN,
                    Security.SECURE, 0)

    def test_hundreds_at_once(self):
        dns = self.resolver()
        wanted = {dns.query(f"n{i}.wild.signed.example", A) for i in range(500)}
        got = {}
        while dns.open_queries():
            for a in dns.wait(MINUTE):
                got[a.query] = a
        self.assertEqual(set(got), wanted)
        self.assertEqual({a.security for a in got.values()}, {Security.SECURE})


@unittest.skipUnless(knot.KNOTD, "knot isn't installed")
class Stopping(unittest.TestCase):
    def test_what_is_cached_outlives_the_server_and_the_rest_ends_in_time(self):
        with tempfile.TemporaryDirectory() as folder:
            server = knot.Knot(folder, {"plain.example": ('@ TXT "x"\nwww A 192.0.2.1', False)},
                               nsec3="on")
            self.addCleanup(server.stop)
            dns = Resolver(Context())
            dns.add_stub("plain.example", server.address)
            self.assertIs(dns.resolve("plain.example", TXT, MINUTE).status, Status.ANSWERED)
            server.stop()
            self.assertIs(dns.resolve("plain.example", TXT, MINUTE).status, Status.ANSWERED)
            began = time.monotonic()
            a = dns.resolve("www.plain.example", A, 1500)
            self.assertIn(a.status, (Status.TIMEOUT, Status.SERVFAIL))
            dns.close()
            self.assertLess(time.monotonic() - began, 30)


if __name__ == "__main__":
    tap.run()
