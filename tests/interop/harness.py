# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests that drive programs share: running them, temporary folders, counting, skipping.

The program under test is named by the environment variable SECMAIL_SOP. A test whose peer isn't
installed is skipped with the reason; a file all of whose tests are skipped ends with exit code 77.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import packets
except ImportError as error:
    print(f"skipped: {error} (python3-cryptography)")
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 120

# Exit codes of draft-dkg-openpgp-stateless-cli-15 that the tests expect by name.
OK = 0
NO_SIGNATURE = 3
UNSUPPORTED_ASYMMETRIC_ALGO = 13
CERT_CANNOT_ENCRYPT = 17
MISSING_ARG = 19
INCOMPLETE_VERIFICATION = 23
CANNOT_DECRYPT = 29
PASSWORD_NOT_HUMAN_READABLE = 31
UNSUPPORTED_OPTION = 37
BAD_DATA = 41
EXPECTED_TEXT = 53
OUTPUT_EXISTS = 59
MISSING_INPUT = 61
KEY_IS_PROTECTED = 67
UNSUPPORTED_SUBCOMMAND = 69
UNSUPPORTED_SPECIAL_PREFIX = 71
AMBIGUOUS_INPUT = 73
KEY_CANNOT_SIGN = 79
INCOMPATIBLE_OPTIONS = 83
UNSUPPORTED_PROFILE = 89
NO_HARDWARE_KEY_FOUND = 97
PRIMARY_KEY_BAD = 103
CERT_USERID_NO_MATCH = 107
KEY_CANNOT_CERTIFY = 109
DOCUMENTED = {0, 1, 3, 13, 17, 19, 23, 29, 31, 37, 41, 53, 59, 61, 67, 69, 71, 73, 79, 83, 89,
              97, 101, 103, 107, 109}


class Result:
    """What a process left: exit code (negative for a signal), outputs, peak memory if measured."""

    def __init__(self, code, out, err, peak_kib):
        self.code, self.out, self.err, self.peak_kib = code, out, err, peak_kib

    def __repr__(self):
        return f"exit {self.code}, {len(self.out)} bytes, {self.err.decode(errors='replace')!r}"


def run(argv, stdin=b"", env=None, pass_fds=(), cwd=None, stdout=None, measure=False):
    """Runs a program. `stdin` is bytes (through a pipe) or an open file; `measure` its memory."""
    surroundings = dict(os.environ, LC_ALL="C")
    surroundings.update(env or {})
    argv = [os.fspath(a) for a in argv]
    with tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as out, \
            tempfile.TemporaryFile() as peak:
        if measure:
            argv = [sys.executable, "-ISB", HERE / "peak.py", str(peak.fileno()), *argv]
            pass_fds = (*pass_fds, peak.fileno())
        feed = isinstance(stdin, (bytes, bytearray))
        process = subprocess.Popen(argv, env=surroundings, cwd=cwd,
                                   stdin=subprocess.PIPE if feed else stdin,
                                   stdout=stdout or out, stderr=err, pass_fds=pass_fds)
        try:
            process.communicate(stdin if feed else None, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        for file in (out, err, peak):
            file.seek(0)
        return Result(process.returncode, out.read(), err.read(), int(peak.read()) if measure else None)


class Sop:
    """A program with the Stateless OpenPGP command line."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *argv, stdin=b"", **more):
        return run([self.path, *argv], stdin, **more)

    def must(self, *argv, stdin=b"", **more):
        """Runs what has to succeed; returns its standard output."""
        result = self(*argv, stdin=stdin, **more)
        if result.code != 0:
            raise AssertionError(f"{self.path} {' '.join(map(str, argv))}: {result}")
        return result.out

    def key(self, folder, name, *options, user=None):
        """Makes name.key and name.cert; returns both paths."""
        key, cert = folder / f"{name}.key", folder / f"{name}.cert"
        user = user or f"{name.title()} <{name}@example.org>"
        key.write_bytes(self.must("generate-key", *options, "--", user))
        cert.write_bytes(self.must("extract-cert", stdin=key.read_bytes()))
        return key, cert


    def features(self):
        """What `version --extended` says that the build has."""
        lines = self.must("version", "--extended").decode().splitlines()
        return set(next(x for x in lines if x.startswith("features:")).split()[1:])

    def lacks(self, path):
        """What the build doesn't have for the keys of a file; "" if it has everything."""
        return ", ".join(sorted(packets.features_of(path.read_bytes()) - self.features()))


def sop():
    path = os.environ.get("SECMAIL_SOP")
    if not path:
        sys.exit("SECMAIL_SOP is unset: run this through `meson test`")
    return Sop(path)


def need(name):
    """Path of a peer; skips the test class where it isn't installed."""
    path = shutil.which(name)
    if not path:
        raise unittest.SkipTest(f"{name} is not installed")
    return path


class Case(unittest.TestCase):
    """A test class with a temporary folder of its own and the program under test."""

    @classmethod
    def setUpClass(cls):
        cls.sop = sop()
        cls._folder = tempfile.TemporaryDirectory(prefix="secmail-")
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def assertExit(self, result, *codes):
        self.assertIn(result.code, codes, result)
        return result

    def assertRefused(self, result, *codes):
        """A documented failure: no output at all, and one line or more that says why."""
        self.assertIn(result.code, codes or DOCUMENTED - {OK}, result)
        self.assertEqual(result.out, b"", result)
        self.assertTrue(result.err.endswith(b"\n"), result)
        for line in result.err.decode("utf-8", "strict").splitlines():
            self.assertTrue(line.startswith("secmail-sop "), line)
            self.assertTrue(line.isprintable(), line)
        return result


def main():
    """Runs the tests of the calling file and prints the counts."""
    program = unittest.main(exit=False, verbosity=1)
    result = program.result
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    passed = result.testsRun - failed - sum(1 for t, _ in result.skipped
                                            if isinstance(t, unittest.TestCase))
    reasons = sorted({reason for _, reason in result.skipped})
    print(f"{max(passed, 0)} passed, {failed} failed, {skipped} skipped"
          + "".join(f"\n  skipped: {reason}" for reason in reasons))
    if failed:
        sys.exit(1)
    sys.exit(77 if skipped and passed <= 0 else 0)
