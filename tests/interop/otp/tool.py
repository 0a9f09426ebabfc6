#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What secmail-otp promises: verdicts, exit codes, files, many processes at once."""
from __future__ import annotations

import concurrent.futures
import json
import os
import resource
import signal
import stat
import subprocess
import unittest

from program import DONE, FAILED, REFUSED, TOOL, USAGE, Case, Done, code_of, tool
import tap


class SignIn(Case):
    def test_a_code_is_good_once(self) -> None:
        uri = self.enrol()
        code = code_of(uri, self.now)
        self.assertEqual(self.run_on("verify", code).json["verdict"], "accepted")
        again = self.run_on("verify", code, expect=REFUSED)
        self.assertEqual(again.json["verdict"], "replayed")

    def test_codes_come_from_standard_input(self) -> None:
        uri = self.enrol()
        self.run_on("verify", "-", stdin=code_of(uri, self.now) + "\n")
        empty = self.run_on("verify", "-", expect=USAGE)
        self.assertIn("standard input has no code", empty.stderr)

    def test_wrong_codes_are_throttled_and_locked(self) -> None:
        uri = self.enrol()
        wrong = f"{(int(code_of(uri, self.now)) + 1) % 1000000:06}"
        for n in range(3):
            answer = self.run_on("verify", wrong, expect=REFUSED).json
            self.assertEqual((answer["verdict"], answer["failures"]), ("wrong", n + 1))
        early = self.run_on("verify", code_of(uri, self.now), expect=REFUSED).json
        self.assertEqual((early["verdict"], early["until"]), ("throttled", self.now + 5))
        self.now += 5
        lock = ("--rule", "lock-after=4", "--rule", "forgive-after=0")
        self.run_on("verify", wrong, *lock, expect=REFUSED)
        locked = self.run_on("verify", code_of(uri, self.now), *lock, expect=REFUSED).json
        self.assertEqual((locked["verdict"], locked["until"]), ("locked", None))
        self.run_on("reset")
        self.now += 30
        self.run_on("verify", code_of(uri, self.now), *lock)

    def test_resync(self) -> None:
        uri = self.enrol()
        codes = [code_of(uri, self.now + 1500 + n * 30) for n in range(2)]
        self.run_on("verify", codes[1], expect=REFUSED)
        answer = self.run_on("resync", "-", "-", stdin="\n".join(codes)).json
        self.assertEqual(answer["verdict"], "accepted")
        self.assertEqual(self.run_on("status").json["drift"], 51)

    def test_hotp(self) -> None:
        uri = self.run_on("enrol", "--type", "hotp", "--counter", "5", "--digits", "8").json["uri"]
        self.assertIn("counter=5", uri)
        codes = [tool("code", "--counter", str(n), uri).stdout.strip() for n in range(5, 8)]
        self.run_on("confirm", codes[0])
        self.run_on("verify", codes[2])
        self.run_on("verify", codes[1], expect=REFUSED)

    def test_an_own_uri_is_enrolled(self) -> None:
        uri = "otpauth://totp/A:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8"
        self.run_on("enrol", "--uri", uri)
        self.run_on("confirm", code_of(uri, self.now))

    def test_nothing_is_asked_for_before_confirmation(self) -> None:
        uri = self.run_on("enrol").json["uri"]
        answer = self.run_on("verify", code_of(uri, self.now), expect=REFUSED).json
        self.assertEqual(answer["verdict"], "not-enrolled")
        self.now += 3600
        late = self.run_on("confirm", code_of(uri, self.now), expect=REFUSED).json
        self.assertEqual(late["verdict"], "expired")

    def test_recovery(self) -> None:
        self.enrol()
        codes = self.run_on("recovery", "generate").json["secrets"]
        self.assertEqual(len(set(codes)), 10)
        first = self.run_on("recovery", "verify", codes[0].lower().replace("-", " ")).json
        self.assertEqual((first["verdict"], first["recovery_left"]), ("accepted", 9))
        self.run_on("recovery", "verify", codes[0], expect=REFUSED)
        self.run_on("recovery", "generate")
        self.run_on("recovery", "verify", codes[1], expect=REFUSED)
        self.assertEqual(self.run_on("status").json["recovery_left"], 10)

    def test_app_passwords(self) -> None:
        self.enrol()
        made = self.run_on("app-password", "add", "--label", "phone", "--scope", "imap smtp").json
        (password,) = made["secrets"]
        verify = ("app-password", "verify", "-", "--scope")
        self.run_on(*verify, "imap", stdin=password)
        other = self.run_on(*verify, "pop", stdin=password, expect=REFUSED)
        self.assertEqual(other.json["verdict"], "out-of-scope")
        entry = self.run_on("app-password", "list").json
        self.assertEqual((entry["label"], entry["used"]), ("phone", self.now))
        self.run_on("app-password", "revoke", str(made["app_password"]))
        self.run_on(*verify, "imap", stdin=password, expect=REFUSED)
        self.run_on("app-password", "revoke", "1", expect=FAILED)

    def test_disable(self) -> None:
        self.enrol()
        self.run_on("disable")
        self.assertFalse(self.run_on("status").json["enrolled"])

    def test_text_says_the_same(self) -> None:
        uri = self.enrol()
        text = tool("verify", *self.options(), code_of(uri, self.now)).stdout
        self.assertIn("verdict: accepted\n", text)
        text = tool("verify", *self.options(), "12", expect=REFUSED).stdout
        self.assertIn("verdict: malformed\n", text)
        self.assertIn("advice: ", text)


class Files(Case):
    def test_modes(self) -> None:
        self.enrol()
        for path in (self.keys, self.state, self.folder / "state.lock"):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()),
                         ["keys", "state", "state.lock"])

    def test_keys_that_others_can_read_are_refused(self) -> None:
        self.keys.chmod(0o640)
        self.assertIn("chmod 600", self.run_on("status", expect=FAILED).stderr)

    def test_rotation(self) -> None:
        self.enrol()
        tool("new-key", "--key-file", str(self.keys))
        status = self.run_on("status").json
        self.assertEqual((status["sealing_key"], status["needs_reseal"]), (1, True))
        self.run_on("reseal")
        status = self.run_on("status").json
        self.assertEqual((status["sealing_key"], status["needs_reseal"]), (2, False))
        first, second = self.keys.read_text().splitlines()
        self.keys.write_text(second + "\n")
        self.assertTrue(self.run_on("status").json["enrolled"])
        self.keys.write_text(first + "\n")
        self.assertIn("sealing key 2", self.run_on("status", expect=FAILED).stderr)

    def test_new_key_leaves_a_file_that_can_be_read(self) -> None:
        key = "1 " + "ab" * 32
        self.keys.write_text(key)  # without a line break
        tool("new-key", "--key-file", str(self.keys))
        self.assertEqual([line[:2] for line in self.keys.read_text().splitlines()], ["1 ", "2 "])
        self.run_on("status")
        self.keys.write_text(f"{2**32 - 1} " + "ab" * 32 + "\n")
        before = self.keys.read_bytes()
        last = tool("new-key", "--key-file", str(self.keys), expect=FAILED)
        self.assertIn("the last number", last.stderr)
        self.assertEqual(self.keys.read_bytes(), before)
        self.run_on("status")

    def test_a_full_disk_takes_no_key(self) -> None:
        before = self.keys.read_bytes()

        def fill() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20,) * 2)

        done = subprocess.run([TOOL, "new-key", "--key-file", str(self.keys)], preexec_fn=fill,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (FAILED, b""))
        self.assertIn(b"nothing was changed", done.stderr)
        self.assertEqual(self.keys.read_bytes(), before)

    def test_closed_streams(self) -> None:
        # No file that is opened stands in for a closed stream, and takes its messages.
        def without_errors(*argv: str) -> int:
            return subprocess.run([TOOL, *argv], stdout=subprocess.DEVNULL,
                                  preexec_fn=lambda: os.close(2)).returncode

        enrol = ["enrol", *self.options(), "--digits", "8"]
        self.assertEqual(without_errors(*enrol), DONE)  # with a note
        self.assertEqual((self.folder / "state.lock").read_bytes(), b"")
        self.keys.write_text("no key\n")
        self.assertEqual(without_errors("new-key", "--key-file", str(self.keys)), FAILED)
        self.assertEqual(self.keys.read_text(), "no key\n")

    def test_states_are_bound_to_the_account(self) -> None:
        self.enrol()
        other = tool("status", *self.options("bob"), expect=FAILED)
        self.assertIn("seal doesn't hold", other.stderr)
        self.assertIn("Refuse the sign-in", other.stderr)

    def test_damaged_files(self) -> None:
        self.enrol()
        data = self.state.read_bytes()
        changed = data[:60] + bytes([data[60] ^ 1]) + data[61:]
        for bad in (b"", b"x" * 100, data[:-1], data + b"x", changed):
            self.state.write_bytes(bad)
            self.run_on("status", expect=FAILED)
        for bad in ("x", "1", "1 00", "1 " + "0" * 63 + "g", "-1 " + "0" * 64):
            self.keys.write_text(bad + "\n")
            self.assertIn("keys:1", self.run_on("status", expect=FAILED).stderr)
        self.keys.write_text("# a comment\n\n7 " + "ab" * 32 + "\n")
        self.state.unlink()
        self.assertEqual(self.run_on("status").json["sealing_key"], 7)

    def test_an_unwritable_folder_changes_nothing(self) -> None:
        uri = self.enrol()
        (self.folder / "state.new").mkdir()
        before = self.state.read_bytes()
        answer = self.run_on("verify", code_of(uri, self.now), expect=FAILED)
        self.assertEqual(answer.stdout, "")  # no verdict without a stored state
        self.assertEqual(self.state.read_bytes(), before)
        (self.folder / "state.new").rmdir()
        self.run_on("verify", code_of(uri, self.now))


class Processes(Case):
    PROCESSES = 16

    def at_once(self, *argv: str) -> list[Done]:
        with concurrent.futures.ThreadPoolExecutor(self.PROCESSES) as pool:
            return list(pool.map(lambda _: self.run_on(*argv, expect=None), range(self.PROCESSES)))

    def verdicts(self, *argv: str) -> list[str]:
        return sorted(done.json["verdict"] for done in self.at_once(*argv))

    def test_one_process_accepts_a_code(self) -> None:
        uri = self.enrol()
        for _ in range(3):
            verdicts = self.verdicts("verify", code_of(uri, self.now))
            self.assertEqual(verdicts, ["accepted"] + ["replayed"] * (self.PROCESSES - 1))
            self.now += 30

    def test_guesses_of_many_processes_are_counted_together(self) -> None:
        uri = self.enrol()
        wrong = f"{(int(code_of(uri, self.now)) + 1) % 1000000:06}"
        verdicts = self.verdicts("verify", wrong)
        self.assertEqual(verdicts, ["throttled"] * (self.PROCESSES - 3) + ["wrong"] * 3)

    def test_one_process_uses_a_recovery_code(self) -> None:
        self.enrol()
        code = self.run_on("recovery", "generate").json["secrets"][0]
        verdicts = self.verdicts("recovery", "verify", code)
        self.assertEqual(verdicts, ["accepted"] + ["replayed"] * (self.PROCESSES - 1))

    def test_no_app_password_is_lost(self) -> None:
        self.enrol()
        made = self.at_once("app-password", "add", "--label", "x", "--scope", "imap")
        self.assertEqual({done.code for done in made}, {DONE})
        ids = {done.json["app_password"] for done in made}
        self.assertEqual(ids, set(range(1, self.PROCESSES + 1)))
        self.assertEqual(self.run_on("status").json["app_passwords"], self.PROCESSES)


class Uris(unittest.TestCase):
    URI = "otpauth://totp/ACME:john?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq"

    def test_codes(self) -> None:
        self.assertEqual(tool("code", "--time", "59", self.URI).stdout, "287082\n")
        answer = tool("code", "--json", "--time", "59", self.URI).json
        self.assertEqual((answer["code"], answer["counter"], answer["valid_until"]),
                         ("287082", 1, 60))
        lines = tool("code", "--time", "59", "-", stdin=f"{self.URI}\n\n{self.URI}\n").stdout
        self.assertEqual(lines, "287082\n" * 2)

    def test_the_last_second(self) -> None:
        last = tool("code", "--json", "--time", str(2**63 - 1), self.URI).json
        self.assertEqual(last["valid_until"], 2**63 - 1)

    def test_import_makes_them_strict(self) -> None:
        self.assertEqual(
            tool("import", self.URI).stdout,
            "otpauth://totp/ACME:john?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME"
            "&algorithm=SHA1&digits=6&period=30\n",
        )

    def test_migration(self) -> None:
        uris = [self.URI.replace("john", f"user{n}") for n in range(25)]
        parts = tool("export", "--json", "-", stdin="\n".join(uris)).json["uris"]
        self.assertEqual(len(parts), 3)
        back = tool("import", "--json", "-", stdin="\n".join(parts)).stdout.splitlines()
        self.assertEqual([json.loads(line)["label"] for line in back],
                         [f"user{n}" for n in range(25)])
        part = tool("import", parts[0], expect=FAILED)
        self.assertIn("2 of 3 QR codes", part.stderr)

    def test_bad_uris(self) -> None:
        for uri in ("", "https://x", self.URI + "&digits=9", "otpauth-migration://offline?data=x"):
            bad = tool("import", uri, expect=FAILED)
            self.assertEqual(bad.stderr.count("\n"), 1)
            self.assertTrue(bad.stderr.startswith("secmail-otp: "))


class CommandLine(unittest.TestCase):
    def test_help(self) -> None:
        text = tool("--help").stdout
        for command in ("enrol", "qr", "code", "verify", "recovery", "app-password", "import"):
            self.assertIn(f"\n  {command}", text)
        self.assertRegex(tool("--version").stdout, r"^secmail-otp \d+\.\d+\.\d+\n$")

    def test_wrong_use(self) -> None:
        for argv in (
            [], ["fly"], ["verify"], ["verify", "1"], ["verify", "--format", "png", "1"],
            ["verify", "--json=1", "1"], ["verify", "--state"], ["status"], ["recovery"],
            ["recovery", "burn"], ["app-password"], ["app-password", "add"], ["code"], ["import"],
            ["code", "--time", "x", Uris.URI], ["code", "--time", "-1", Uris.URI],
            ["qr", "--format", "gif", Uris.URI], ["enrol", "--state", "s", "--account", "a"],
            ["code"] + ["x"] * 101,
        ):  # fmt: skip
            done = tool(*argv, expect=USAGE)
            self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1), argv)

    def test_bad_rules(self) -> None:
        case = Case()
        case.setUp()
        try:
            for rule in ("lock-after", "lock-after=", "lock-after=0", "fly=1", "lock-after=x"):
                case.run_on("status", "--rule", rule, expect=USAGE)
        finally:
            case.doCleanups()

    def test_options_of_enrol(self) -> None:
        case = Case()
        case.setUp()
        try:
            for option in (("--type", "x"), ("--algorithm", "md5"), ("--digits", "5"),
                           ("--period", "0"), ("--counter", "-1")):
                case.run_on("enrol", *option, expect=USAGE)
            done = case.run_on("enrol", "--algorithm", "sha512", "--digits", "8", "--period", "60",
                               "--issuer", "I", "--label", "L")
            self.assertEqual(done.stderr.count("note: "), 3)
            self.assertIn("algorithm=SHA512&digits=8&period=60", done.json["uri"])
        finally:
            case.doCleanups()

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_a_full_disk_is_a_failure(self) -> None:
        self.assertEqual(os.system(f"{TOOL} --help >/dev/null"), 0)
        code = os.system(f"{TOOL} code --time 59 '{Uris.URI}' >/dev/full 2>/dev/null")
        self.assertEqual(os.waitstatus_to_exitcode(code), FAILED)


if __name__ == "__main__":
    tap.run()
