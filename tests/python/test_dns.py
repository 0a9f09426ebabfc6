# SPDX-License-Identifier: LGPL-2.1-or-later
"""DNS through the Python package; tests/interop/dns has a real server."""
from __future__ import annotations

import os
import socket
import unittest

from secmail import Context, errors
from secmail.dns import Resolver, Security, Setting, Status, Table
import tap


class Tables(unittest.TestCase):
    def setUp(self) -> None:
        self.table = Table(Context())

    def test_many_queries_are_answered_in_order(self) -> None:
        self.table.add("a.example", 16, b"\1x")
        self.table.answer("b.example", 0, Status.SERVFAIL, Security.BOGUS)
        numbers = [self.table.query(name, 16) for name in ("a.example", "b.example", "c.example")]
        answers = self.table.process()
        self.assertEqual([a.query for a in answers], numbers)
        self.assertEqual([a.status for a in answers],
                         [Status.ANSWERED, Status.SERVFAIL, Status.NXDOMAIN])
        self.assertEqual(answers[0].records, [b"\1x"])
        self.assertIs(answers[1].security, Security.BOGUS)
        self.assertIsNone(self.table.timeout_ms())

    def test_mistakes_are_exceptions(self) -> None:
        with self.assertRaises(errors.DnsName):
            self.table.query("a..b", 1)
        with self.assertRaises(errors.DnsSetting):
            self.table.set(Setting.TIMEOUT_MS, 0)
        with self.assertRaises(ValueError):
            self.table.query("a\0b", 1)
        self.table.set(Setting.TIMEOUT_MS, 5)
        self.assertEqual(self.table.get(Setting.TIMEOUT_MS), 5)


class Network(unittest.TestCase):
    def test_silence_and_cancelling(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 0))
            resolver = Resolver(Context())
            resolver.add_forwarder(".", f"127.0.0.1@{server.getsockname()[1]}")
            with self.assertRaises(errors.DnsAnchor):
                resolver.add_trust_anchors("nonsense")
            self.assertIs(resolver.resolve("a.example", 1, timeout_ms=50).status, Status.TIMEOUT)
            number = resolver.query("b.example", 1)
            self.assertEqual(resolver.open_queries(), 1)
            self.assertGreaterEqual(resolver.fileno(), 0)
            resolver.cancel(number)
            self.assertEqual(resolver.wait(0), [])
            reader, writer = os.pipe()
            os.close(writer)
            with self.assertRaises(errors.DnsCancelled):
                resolver.resolve("c.example", 1, cancel_fd=reader)
            os.close(reader)
            resolver.close()


if __name__ == "__main__":
    tap.run(doctests=("secmail.dns",))
