#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shared corpus of mail authentication through secmail-auth: each case a line of TAP.

    mailauth_corpus.py FOLDER       spf, dkim, arc, dmarc, legacy, robust

The corpus lies in $SECMAIL_CORPUS; its cases name accepted verdicts. The program is $SECMAIL_AUTH.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

SECONDS = 10
OPTIONS = {"ip": "--ip", "helo": "--helo", "from": "--from", "now": "--now"}
# No line of a header field but the first one may begin other than with white space.
FIELD = re.compile(r"Authentication-Results: [^\r\n]+(\r\n[ \t][^\r\n]+)*")


class Wrong(Exception):
    pass


class Runner:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def __call__(self, case, command, *more):
        argv = [self.program, command, "--dns", self.folder / case["dns"], *more]
        for key, option in OPTIONS.items():
            if key in case:
                argv += [option, str(case[key])]
        mail = (self.folder / case["eml"]).read_bytes() if "eml" in case else b""
        done = subprocess.run(argv, input=mail, capture_output=True, timeout=SECONDS, check=False)
        if done.returncode:
            raise Wrong(f"exit {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
        lines = done.stdout.decode("utf-8").split("\n")
        if len(lines) != 2 or lines[1]:
            raise Wrong(f"{len(lines)} lines")
        return json.loads(lines[0])


def expect(what, got, accepted):
    if got not in accepted:
        raise Wrong(f"{what} is {got!r}, not one of {accepted}")


def check_field(output):
    field = output["authentication_results"]
    if not FIELD.fullmatch(field) or "\x00" in field:
        raise Wrong(f"not a header field: {field!r}")


def check_spf(run, case):
    output = run(case, "spf")
    expect("result", output["result"], case["expect"])
    if "explanation" in case and output["result"] == "fail":
        got, want = output["explanation"], case["explanation"]
        if (got or "").lower() != (want or "").lower():
            raise Wrong(f"explanation is {got!r}, not {want!r}")


def check_dkim(run, case, *more):
    output = run(case, "verify", *more)
    check_field(output)
    signatures, wanted = output["dkim"], case["expect"]
    if len(signatures) != len(wanted):
        raise Wrong(f"{len(signatures)} signatures, not {len(wanted)}")
    for number, (got, want) in enumerate(zip(signatures, wanted)):
        expect(f"signature {number}: {got['reason']}: result", got["result"], want["accept"])
        for key in ("domain", "selector"):
            if want[key] is not None:
                expect(f"signature {number}: {key}", got[key], [want[key]])


def check_legacy(run, case):
    check_dkim(run, case, "--allow-weak")


def check_arc(run, case):
    output = run(case, "verify")
    check_field(output)
    expect(f"result ({output['arc']['reason']})", output["arc"]["result"], case["expect"])


def check_dmarc(run, case):
    output = run(case, "verify")
    check_field(output)
    got, want = output["dmarc"], case["expect"]
    expect(f"result ({output['authentication_results']!r})", got["result"], want["result"])
    if "policy" in want:
        expect("policy", got["policy"], [want["policy"]])


def check_robust(run, case):
    check_field(run(case, "verify"))


CHECKS = {"spf": check_spf, "dkim": check_dkim, "arc": check_arc, "dmarc": check_dmarc,
          "legacy": check_legacy, "robust": check_robust}


def main():
    name = sys.argv[1]
    corpus = os.environ.get("SECMAIL_CORPUS")
    if not corpus:
        print("1..0 # SKIP SECMAIL_CORPUS is unset")
        return
    folder = pathlib.Path(corpus) / name
    run = Runner(os.environ["SECMAIL_AUTH"], folder)
    cases = json.loads((folder / "cases.json").read_text())
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        try:
            CHECKS[name](run, case)
            print(f"ok {number} {case['id']}")
        except (Wrong, ValueError, KeyError, subprocess.TimeoutExpired) as wrong:
            failed += 1
            print(f"not ok {number} {case['id']}\n# {wrong}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
