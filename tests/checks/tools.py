# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of the tools that other checks rely on: the header parser and the count of the results."""
from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "bindings/python")]
import gen_ffi  # noqa: E402


class HeaderParser(unittest.TestCase):
    def parse(self, text: str, more: str = "") -> dict[str, gen_ffi.Header]:
        with tempfile.TemporaryDirectory() as folder:
            include = pathlib.Path(folder) / "include/secmail"
            include.mkdir(parents=True)
            (include / "probe.h").write_text(text)
            if more:
                (include / "later.h").write_text("#include <secmail/probe.h>\n" + more)
            return gen_ffi.parse_headers(pathlib.Path(folder))

    def test_constants(self) -> None:
        text = """
            #define SECMAIL_A 0x10 /* comment */
            #define SECMAIL_B (-5)
            #define SECMAIL_C (SECMAIL_A | 1u)
            #define SECMAIL_TEXT "x"
            enum secmail_e { SECMAIL_E0, SECMAIL_E1, SECMAIL_E8 = 1 << 3, SECMAIL_E9, };
        """.replace("            ", "")
        self.assertEqual(self.parse(text)["probe"].constants, {
            "SECMAIL_A": 16, "SECMAIL_B": -5, "SECMAIL_C": 17,
            "SECMAIL_E0": 0, "SECMAIL_E1": 1, "SECMAIL_E8": 8, "SECMAIL_E9": 9})

    def test_functions(self) -> None:
        header = self.parse("""
            struct secmail_a;
            /** Comment; with (signs) { and }. */
            SECMAIL_API const struct secmail_a *
            secmail_f(struct secmail_a **out, const uint8_t *data, size_t size, uint8_t key[32]);
            SECMAIL_API void secmail_g(void);
        """)["probe"]
        self.assertEqual(header.functions["secmail_f"], (
            "const struct secmail_a *",
            ["struct secmail_a * *", "const uint8_t *", "size_t", "uint8_t *"]))
        self.assertEqual(header.functions["secmail_g"], ("void", []))

    def test_structs_and_callbacks_become_ctypes(self) -> None:
        text = gen_ffi.generate(self.parse("""
            struct secmail_a;
            struct secmail_b { size_t size; uint32_t x, y; uint8_t id[4]; const char *name;
                               int (*call)(void *user, struct secmail_a *a); };
            typedef int64_t (*secmail_clock_fn)(void *user);
            SECMAIL_API int secmail_f(struct secmail_b *b, struct secmail_a *a, char **text,
                                      secmail_clock_fn clock, uint64_t *n);
        """))
        names: dict[str, object] = {"__package__": "secmail"}
        exec(text, names)
        fields = dict(names["secmail_b"]._fields_)  # type: ignore[attr-defined]
        self.assertEqual(list(fields), ["size", "x", "y", "id", "name", "call"])
        self.assertEqual(names["secmail_b"].y.offset, 12)  # type: ignore[attr-defined]
        module, result, arguments = names["FUNCTIONS"]["secmail_f"]  # type: ignore[index]
        self.assertEqual(module, "probe")
        self.assertEqual([a.__name__ for a in arguments[1:2]], ["secmail_a"])
        self.assertIs(arguments[3], names["secmail_clock_fn"])

    def test_modules_come_after_what_they_include(self) -> None:
        headers = self.parse("", "SECMAIL_API void secmail_f(void);")
        self.assertEqual(list(headers), ["probe", "later"])
        self.assertEqual(gen_ffi.needs(headers, "later"), ["probe"])

    def test_what_it_cannot_read_is_an_error(self) -> None:
        for text in ("int secmail_f(void);", "static int x;", "typedef struct a *b;",
                     "#define SECMAIL_A some(text)\n", "SECMAIL_API int secmail_f(FILE *file);",
                     "enum { SECMAIL_A };", "union secmail_u { int a; };"):
            with self.assertRaises(SystemExit, msg=text):
                gen_ffi.generate(self.parse(text))


class Counting(unittest.TestCase):
    def count(self, *tests: dict[str, str],
              arguments: tuple[str, ...] = ()) -> tuple[int, str, str]:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
            log.writelines(json.dumps(test) + "\n" for test in tests)
            log.flush()
            command = [sys.executable, ROOT / "tools/count_tests.py", *arguments, log.name]
            run = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout, run.stdout.splitlines()[-1]

    def test_plain_tests(self) -> None:
        code, out, last = self.count(
            {"name": "a", "result": "OK", "stdout": "anything"},
            {"name": "b", "result": "FAIL", "stdout": "why"},
            {"name": "c", "result": "TIMEOUT"},
            {"name": "d", "result": "SKIP", "stdout": "no peer"})
        self.assertEqual((code, last), (1, "1 passed, 2 failed, 1 skipped"))
        for text in ("FAILED b: fail", "    why", "FAILED c: timeout", "skipped (no peer): d"):
            self.assertIn(text, out)

    def test_each_line_of_a_tap_test_counts(self) -> None:
        tap_text = "1..4\nok 1 - a\nnot ok 2 - b\n# because\nok 3 # SKIP no corpus\nok 4 - d\n"
        code, out, last = self.count(
            {"name": "t", "result": "FAIL", "stdout": tap_text, "stderr": "more"})
        self.assertEqual((code, last), (1, "2 passed, 1 failed, 1 skipped"))
        for text in ("FAILED t: b", "    # because", "    more", "skipped (no corpus): t:"):
            self.assertIn(text, out)

    def test_a_crash_after_good_lines_is_a_failure(self) -> None:
        code, out, last = self.count(
            {"name": "t", "result": "ERROR", "stdout": "1..2\nok 1 - a\n", "stderr": "SIGSEGV"})
        self.assertEqual((code, last), (1, "1 passed, 1 failed, 0 skipped"))
        self.assertIn("SIGSEGV", out)

    def test_a_tap_test_may_skip_itself(self) -> None:
        code, out, last = self.count({"name": "o", "result": "OK"},
                                     {"name": "t", "result": "SKIP", "stdout": "1..0 # SKIP old"})
        self.assertEqual((code, last), (0, "1 passed, 0 failed, 1 skipped"))
        self.assertIn("skipped (old): t", out)

    def test_nothing_is_a_failure(self) -> None:
        self.assertEqual(self.count()[::2], (1, "0 passed, 1 failed, 0 skipped"))
        broken = self.count({"name": "o", "result": "OK"}, arguments=("--broken", "build"))
        self.assertEqual(broken[::2], (1, "1 passed, 1 failed, 0 skipped"))


if __name__ == "__main__":
    tap.run()
