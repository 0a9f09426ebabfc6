# SPDX-License-Identifier: LGPL-2.1-or-later
"""The context, secrets and errors of the Python package."""
from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import secmail
from secmail import _ffi, _library, core
from secmail._library import lib
import tap


class Errors(unittest.TestCase):
    def test_each_code_of_the_registry_has_its_class(self) -> None:
        index = 0
        while code := lib.secmail_error_at(index):
            kind = secmail.errors.BY_CODE[code]
            self.assertEqual(kind.code, code)
            self.assertEqual(kind.name, lib.secmail_error_name(code).decode())
            self.assertEqual(kind.meaning, lib.secmail_error_meaning(code).decode())
            self.assertEqual(kind.remedy, lib.secmail_error_remedy(code).decode())
            self.assertEqual(getattr(_ffi, kind.name), code)
            index += 1
        self.assertEqual(index, len(secmail.errors.BY_CODE))

    def test_check_passes_statuses_on(self) -> None:
        self.assertEqual(secmail.check(0), 0)
        self.assertEqual(secmail.check(_ffi.SECMAIL_NEEDS_ROOM), _ffi.SECMAIL_NEEDS_ROOM)

    def test_check_raises_the_class_of_the_code(self) -> None:
        with self.assertRaises(secmail.errors.Argument) as caught:
            secmail.check(_ffi.SECMAIL_E_ARGUMENT)
        self.assertEqual(caught.exception.code, _ffi.SECMAIL_E_ARGUMENT)
        self.assertEqual(str(caught.exception), secmail.errors.Argument.meaning)
        self.assertEqual(caught.exception.detail, "")
        self.assertIsInstance(caught.exception, secmail.Error)

    def test_an_unknown_code_is_still_an_error(self) -> None:
        with self.assertRaises(secmail.Error):
            secmail.check(-99999)

    def test_the_detail_comes_from_the_context(self) -> None:
        with secmail.Context() as context:
            out = ctypes.c_void_p()
            code = lib.secmail_secret_new(context.handle, ctypes.byref(out), None, 5)
            with self.assertRaises(secmail.errors.Argument) as caught:
                context.check(code)
            self.assertIn("data is NULL", str(caught.exception))
            self.assertEqual(caught.exception.detail, context.error_detail())


class Contexts(unittest.TestCase):
    def test_the_system_clock_is_the_default(self) -> None:
        before = int(time.time())
        self.assertLessEqual(before, secmail.Context().now())
        self.assertLessEqual(secmail.Context().now(), int(time.time()) + 1)

    def test_the_clock_can_be_replaced(self) -> None:
        times = iter([7, -3])
        context = secmail.Context(clock=lambda: next(times))
        gc.collect()  # the callback must still be there
        self.assertEqual([context.now(), context.now()], [7, -3])

    def test_what_the_clock_raises_is_raised(self) -> None:
        def clock() -> int:
            raise LookupError("no clock")

        context = secmail.Context(clock=clock)
        with self.assertRaisesRegex(LookupError, "no clock"):
            context.now()
        self.assertEqual(context.check(0), 0)  # once

    def call_random(self, random: object) -> bytes:
        context = secmail.Context(random=random)  # type: ignore[arg-type]
        out = ctypes.create_string_buffer(8)
        kind = ctypes.cast(context._callbacks[0], _ffi.secmail_random_fn)
        context.check(-4 if kind(None, out, 8) else 0)
        return out.raw

    def test_a_time_that_is_none_is_raised(self) -> None:
        for time in (1 << 63, -(1 << 63) - 1):
            with self.assertRaisesRegex(OverflowError, "the clock gave"):
                secmail.Context(clock=lambda: time).now()

    def test_random_bytes_reach_the_library(self) -> None:
        self.assertEqual(self.call_random(lambda size: b"r" * size), b"r" * 8)

    def test_a_short_random_answer_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "gave 3 bytes, not 8"):
            self.call_random(lambda size: b"abc")

    def test_what_random_raises_is_raised(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            self.call_random(lambda size: 1 // 0)

    def test_log_lines_arrive(self) -> None:
        lines: list[tuple[str, str]] = []
        context = secmail.Context(log=lambda level, line: lines.append((level, line)))
        kind = ctypes.cast(context._callbacks[0], _ffi.secmail_log_fn)
        kind(None, _ffi.SECMAIL_LOG_WARNING, "grüße".encode())
        self.assertEqual(lines, [("warning", "grüße")])

    def test_limits_are_set_by_name(self) -> None:
        names = secmail.default_limits()
        self.assertEqual(names["password-tries"], 16)
        secmail.Context(limits=dict.fromkeys(names, 2**64 - 1)).close()
        with self.assertRaisesRegex(ValueError, "unknown limit 'nestings'; known: .*nesting"):
            secmail.Context(limits={"nestings": 1})
        for value in (-1, 2**64):
            with self.assertRaisesRegex(ValueError, "can't be"):
                secmail.Context(limits={"nesting": value})

    def test_a_closed_context_is_refused(self) -> None:
        context = secmail.Context()
        context.close()
        context.close()
        with self.assertRaisesRegex(ValueError, "closed"):
            context.now()
        with self.assertRaisesRegex(ValueError, "closed"):
            secmail.Secret(context, b"x")


class Secrets(unittest.TestCase):
    def setUp(self) -> None:
        self.context = secmail.Context()

    def test_all_kinds_of_bytes_are_taken(self) -> None:
        for data in (b"abc", bytearray(b"abc"), memoryview(b"abc"), "abc"):
            self.assertEqual(secmail.Secret(self.context, data).reveal(), b"abc")
        self.assertEqual(secmail.Secret(self.context, "grüße").reveal(), "grüße".encode())
        self.assertEqual(secmail.Secret(self.context, bytearray(b"a\0b")).reveal(), b"a\0b")

    def test_an_empty_secret_is_allowed(self) -> None:
        secret = secmail.Secret(self.context, b"")
        self.assertEqual((len(secret), secret.reveal()), (0, b""))

    def test_equality(self) -> None:
        secret = secmail.Secret(self.context, b"abc")
        self.assertTrue(secret == secmail.Secret(self.context, "abc"))
        self.assertFalse(secret == secmail.Secret(self.context, "abd"))
        self.assertFalse(secret == b"abc")

    def test_it_does_not_show_itself(self) -> None:
        secret = secmail.Secret(self.context, b"abc")
        self.assertNotIn("abc", repr(secret) + str(secret))
        with self.assertRaises(TypeError):
            hash(secret)

    def test_whether_it_is_locked_can_be_asked(self) -> None:
        self.assertIn(secmail.Secret(self.context, b"abc").locked, (True, False))

    def test_it_outlives_its_context_and_its_thread(self) -> None:
        secret = secmail.Secret(self.context, b"abc")
        self.context.close()
        thread = threading.Thread(target=secret.close)
        self.assertEqual(secret.reveal(), b"abc")
        thread.start()
        thread.join()
        with self.assertRaisesRegex(ValueError, "closed"):
            secret.reveal()
        self.assertEqual(repr(secret), "<closed Secret>")

    def test_a_c_secret_can_be_adopted(self) -> None:
        handle = ctypes.c_void_p()
        lib.secmail_secret_new(self.context.handle, ctypes.byref(handle), b"abc", 3)
        with secmail.Secret.adopt(handle) as secret:
            self.assertEqual(secret.reveal(), b"abc")


class Loading(unittest.TestCase):
    def python(self, code: str, path: str) -> subprocess.CompletedProcess[str]:
        env = dict(os.environ, SECMAIL_LIBRARY_PATH=path)
        return subprocess.run([sys.executable, "-c", code], env=env, text=True, capture_output=True)

    def test_importing_loads_no_library(self) -> None:
        with tempfile.TemporaryDirectory() as empty:
            run = self.python("import secmail", empty)
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_only_the_module_in_use_is_loaded(self) -> None:
        code = ("import secmail; secmail.version();"
                "print('\\n'.join(l for l in open('/proc/self/maps') if 'libsecmail' in l))")
        run = self.python(code, os.environ["SECMAIL_LIBRARY_PATH"])
        self.assertEqual(run.returncode, 0, run.stderr)
        names = {os.path.basename(line.split()[-1]) for line in run.stdout.splitlines() if line}
        self.assertEqual(names, {"libsecmail-core.so.0"})

    def test_a_folder_with_the_libraries_side_by_side(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            name = os.path.basename(_library.find("core"))
            os.symlink(_library.find("core"), os.path.join(folder, name))
            run = self.python("import secmail, secmail._library as l;"
                              "secmail.version(); print(l.find('core'))", folder)
            self.assertEqual(run.stdout.strip(), os.path.join(folder, name))

    def test_a_missing_library_names_the_remedy(self) -> None:
        old = _ffi.MODULES
        _ffi.MODULES = {**old, "nothing": ()}  # type: ignore[misc]
        try:
            with self.assertRaisesRegex(ImportError, "SECMAIL_LIBRARY_PATH"):
                _library.Library()._module("nothing")
        finally:
            _ffi.MODULES = old  # type: ignore[misc]


class Bytes(unittest.TestCase):
    def test_no_bytes_are_empty(self) -> None:
        self.assertEqual(core.take_bytes(ctypes.c_void_p()), b"")


if __name__ == "__main__":
    tap.run(doctests=("secmail", "secmail._handle", "secmail._library", "secmail.core"))
