#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole processes of secmail-sop and the installed peers on the same files, in one run.

CPU time (user + system) and peak resident memory of each child come from the kernel; a warm-up,
then the median of several rounds, in which the tools take turns. What runs inside one process is
measured by bench_openpgp, whose figures are put in front. `tools/bench` builds and starts this.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

OURS = "secmail-sop"
MIB = 1 << 20
Command = tuple[list[str], str]  # arguments, and the file that becomes standard input
USER = "Bench <bench@example.org>"
ADDRESS = "bench@example.org"


@dataclass
class Sample:
    cpu: float  # seconds
    rss_kib: int


@dataclass
class Task:
    """One command of one tool on one input."""

    tool: str
    job: str
    argv: list[str]
    stdin: Path
    env: dict[str, str] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    failure: str = ""

    @property
    def cpu(self) -> float:
        return statistics.median(s.cpu for s in self.samples)

    @property
    def rss_mib(self) -> float:
        return max(s.rss_kib for s in self.samples) / 1024


class Runner:
    """Starts commands through run_child, which is small enough not to disturb the peak."""

    def __init__(self, run_child: Path) -> None:
        self.run_child = run_child

    def run(self, task: Task, stdout: int) -> Sample | None:
        read, write = os.pipe()
        process = subprocess.Popen(
            [str(self.run_child), str(write), str(task.stdin), *task.argv],
            stdout=stdout,
            stderr=subprocess.PIPE,
            pass_fds=(write,),
            env={**os.environ, **task.env},
        )
        os.close(write)
        _, errors = process.communicate()
        with os.fdopen(read) as pipe:
            report = pipe.read().split()
        if process.returncode or len(report) != 4 or report[3] != "0":
            last = errors.decode(errors="replace").strip().splitlines()
            task.failure = last[-1] if last else f"exit status {process.returncode}, {report}"
            return None
        user, system, rss, _ = map(int, report)
        return Sample((user + system) / 1e6, rss)

    def output(self, task: Task, path: Path) -> bool:
        """Runs once and keeps the output."""
        with path.open("wb") as out:
            return self.run(task, out.fileno()) is not None

    def measure(self, tasks: list[Task], rounds: int) -> None:
        """One turn to warm up, then the rounds; without rounds, the first turn counts."""
        with open(os.devnull, "wb") as sink:
            for turn in range(rounds + 1):
                for task in tasks:
                    if task.failure:
                        continue
                    sample = self.run(task, sink.fileno())
                    if sample and (turn or not rounds):
                        task.samples.append(sample)


def quiet(
    argv: list[str], input: bytes | None = None, env: dict[str, str] | None = None
) -> bytes:
    """Runs a command that must succeed; returns its output."""
    done = subprocess.run(argv, input=input, env=env, capture_output=True)
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip()
        raise SystemExit(f"bench: {' '.join(argv)}: {message or done.returncode}")
    return done.stdout


class Bench:
    def __init__(self, sop: str, runner: Runner, work: Path) -> None:
        self.sop = sop
        self.runner = runner
        self.work = work
        self.tools: dict[str, str] = {}
        self.env: dict[str, dict[str, str]] = {}

    # -- Keys ---------------------------------------------------------------------------------

    def prepare(self) -> None:
        """One version 4 key for everybody, one version 6 key for ourselves."""
        for name, profile in (("v4", "rfc4880"), ("v6", "rfc9580")):
            key = quiet([self.sop, "generate-key", f"--profile={profile}", "--", USER])
            (self.work / f"{name}.key").write_bytes(key)
            cert = quiet([self.sop, "extract-cert"], input=key)
            (self.work / f"{name}.cert").write_bytes(cert)
        self.tools[OURS] = self.sop
        self.env[OURS] = {}
        for name, prepare in (
            ("gpg", self.prepare_gpg),
            ("rnp", self.prepare_rnp),
            ("sqop", None),
            ("gosop", None),
        ):
            path = shutil.which(name)
            if not path:
                print(f"bench: {name} is not installed, and left out", file=sys.stderr)
                continue
            self.env[name] = prepare() if prepare else {}
            self.tools[name] = path

    def prepare_gpg(self) -> dict[str, str]:
        home = self.work / "gnupg"
        home.mkdir(mode=0o700)
        env = {"GNUPGHOME": str(home)}
        quiet(
            ["gpg", "--batch", "--quiet", "--import", str(self.work / "v4.key")],
            env={**os.environ, **env},
        )
        return env

    def prepare_rnp(self) -> dict[str, str]:
        home = self.work / "rnp"
        home.mkdir(mode=0o700)
        quiet(["rnpkeys", "--homedir", str(home), "--notty", "--import", str(self.work / "v4.key")])
        return {}

    def finish(self) -> None:
        if "gpg" in self.tools:
            env = {**os.environ, **self.env["gpg"]}
            subprocess.run(["gpgconf", "--kill", "all"], env=env, capture_output=True)

    # -- Command lines -------------------------------------------------------------------------

    def rnp(self, *arguments: str) -> list[str]:
        return ["rnp", "--homedir", str(self.work / "rnp"), "--notty", *arguments, "--output", "-"]

    def gpg(self, *arguments: str) -> list[str]:
        return [
            "gpg", "--batch", "--quiet", "--no-tty", "--trust-model", "always",
            "--pinentry-mode", "loopback", "--compress-algo", "none", *arguments,
        ]  # fmt: skip

    def sop_like(
        self, tool: str, version: str, plain: str, message: str, signature: str
    ) -> dict[str, Command]:
        key, cert = str(self.work / f"{version}.key"), str(self.work / f"{version}.cert")
        jobs: dict[str, Command] = {
            "encrypt": ([tool, "encrypt", "--no-armor", cert], plain),
            "decrypt": ([tool, "decrypt", key], message),
            "sign": ([tool, "sign", "--no-armor", key], plain),
            "verify": ([tool, "verify", signature, cert], plain),
        }
        if Path(tool).name != "gosop":  # that of 2022 has no signed messages
            jobs["inline-sign"] = ([tool, "inline-sign", "--no-armor", key], plain)
            jobs["inline-verify"] = ([tool, "inline-verify", cert], f"{signature}.inline")
        return jobs

    def commands(self, tool: str, plain: str, message: str, signature: str) -> dict[str, Command]:
        """Command and standard input of each job with the version 4 key."""
        if tool == "gpg":
            return {
                "encrypt": (self.gpg("-r", ADDRESS, "-e", "-o", "-", plain), os.devnull),
                "decrypt": (self.gpg("-d", "-o", "-", message), os.devnull),
                "sign": (self.gpg("-b", "-o", "-", plain), os.devnull),
                "verify": (self.gpg("--verify", signature, plain), os.devnull),
                "inline-sign": (self.gpg("-s", "-o", "-", plain), os.devnull),
                "inline-verify": (self.gpg("-d", "-o", "-", f"{signature}.inline"), os.devnull),
            }
        if tool == "rnp":
            verify = ["rnp", "--homedir", str(self.work / "rnp"), "--notty", "-v", signature]
            return {
                "encrypt": (self.rnp("-e", "-z", "0", "-r", ADDRESS, plain), os.devnull),
                "decrypt": (self.rnp("-d", message), os.devnull),
                "sign": (
                    self.rnp("-s", "--detach", "-u", ADDRESS, "--password", "x", plain),
                    os.devnull,
                ),
                "verify": ([*verify, "--source", plain], os.devnull),
                "inline-sign": (
                    self.rnp("-s", "-z", "0", "-u", ADDRESS, "--password", "x", plain),
                    os.devnull,
                ),
                "inline-verify": (self.rnp("-d", f"{signature}.inline"), os.devnull),
            }
        return self.sop_like(self.tools[tool], "v4", plain, message, signature)

    # -- One size ------------------------------------------------------------------------------

    def task(self, tool: str, job: str, command: Command) -> Task:
        return Task(tool, job, command[0], Path(command[1]), self.env[tool])

    def aead_tasks(self, size: str, plain: Path) -> list[Task]:
        """SEIPDv2 of ours, and the peer that has something of the kind: RNP's OCB packets."""
        tasks = []
        message = self.work / f"{size}.v2"
        ours = self.sop_like(self.sop, "v6", str(plain), str(message), "")
        self.keep(self.task(OURS, "making", ours["encrypt"]), message)
        tasks += [self.task(OURS, f"{job} AEAD", ours[job]) for job in ("encrypt", "decrypt")]
        if "rnp" in self.tools:
            message = self.work / f"{size}.rnp-ocb"
            encrypt = (
                self.rnp("-e", "-z", "0", "--aead=OCB", "-r", ADDRESS, str(plain)),
                os.devnull,
            )
            decrypt = (self.rnp("-d", str(message)), os.devnull)
            self.keep(self.task("rnp", "making", encrypt), message)
            tasks += [
                self.task("rnp", "encrypt AEAD", encrypt),
                self.task("rnp", "decrypt AEAD", decrypt),
            ]
        return tasks

    def keep(self, task: Task, path: Path) -> None:
        if not self.runner.output(task, path):
            raise SystemExit(f"bench: {' '.join(task.argv)}: {task.failure}")

    def tasks(self, size: str, plain: Path) -> list[Task]:
        """All jobs of all tools; everybody reads the same messages and the same signature.

        Who encrypts a stream doesn't know its length and writes partial lengths, which cost some
        readers more; gpg writes one length if it is given a file.
        """
        message, signature = self.work / f"{size}.v1", self.work / f"{size}.sig"
        files = (str(plain), str(message), str(signature))
        maker = "gpg" if "gpg" in self.tools else OURS
        self.keep(self.task(maker, "making", self.commands(maker, *files)["encrypt"]), message)
        self.keep(self.task(OURS, "making", self.commands(OURS, *files)["sign"]), signature)
        parts = self.work / f"{size}.v1-parts"
        self.keep(self.task(OURS, "making", self.commands(OURS, *files)["encrypt"]), parts)
        inline = self.task(OURS, "making", self.commands(OURS, *files)["inline-sign"])
        self.keep(inline, Path(f"{signature}.inline"))
        tasks = self.aead_tasks(size, plain)
        for tool in self.tools:
            commands = self.commands(tool, *files)
            of_parts = self.commands(tool, str(plain), str(parts), str(signature))
            commands["decrypt parts"] = of_parts["decrypt"]
            tasks += [self.task(tool, job, commands[job]) for job in commands]
        return tasks


# -- Report ------------------------------------------------------------------------------------

JOBS = ["encrypt AEAD", "decrypt AEAD", "encrypt", "decrypt", "decrypt parts", "sign", "verify",
        "inline-sign", "inline-verify"]  # fmt: skip
TITLES = {
    "encrypt AEAD": "encrypt, AEAD (SEIPDv2; rnp: OCB packet)",
    "decrypt AEAD": "decrypt, AEAD",
    "encrypt": "encrypt, SEIPDv1",
    "decrypt": "decrypt, SEIPDv1, one length",
    "decrypt parts": "decrypt, SEIPDv1, partial lengths",
    "sign": "sign, detached",
    "verify": "verify, detached",
    "inline-sign": "sign, with its data",
    "inline-verify": "verify, with its data (ours reads twice)",
}


def find(tasks: list[Task], tool: str, job: str) -> Task | None:
    return next((t for t in tasks if (t.tool, t.job) == (tool, job) and t.samples), None)


def print_table(title: str, tasks: list[Task]) -> None:
    print(f"\n{title}\n")
    print(f"  {'job':<42} {'tool':<12} {'CPU ms':>10} {'/ ours':>8} {'peak MiB':>9}")
    for job in JOBS:
        ours = find(tasks, OURS, job)
        for task in (t for t in tasks if t.job == job):
            head = f"  {TITLES[job]:<42} {task.tool:<12}"
            if task.failure or not task.samples:
                print(f"{head} failed: {task.failure}")
                continue
            ratio = f"{task.cpu / ours.cpu:8.2f}" if ours and ours.cpu else f"{'':8}"
            print(f"{head} {1000 * task.cpu:10.1f} {ratio} {task.rss_mib:9.1f}")


def print_goal(text: str, value: float, goal: float, unit: str, at_least: bool = True) -> None:
    reached = value >= goal if at_least else value <= goal
    sign = ">=" if at_least else "<="
    print(f"  {text:<62} {value:8.2f} {unit:<6} {sign} {goal:g}: {'yes' if reached else 'NO'}")


# How many times the CPU time of the fastest peer: what is to be reached.
GOALS = {"encrypt AEAD": 4, "decrypt AEAD": 3, "encrypt": 1.3, "decrypt": 1.7,
         "decrypt parts": 1.7, "sign": 1, "verify": 1}  # fmt: skip


def ratio(peer: Task, ours: Task) -> float:
    """The median of the rounds' ratios: what slows the machine down slows a round's two sides."""
    return statistics.median(p.cpu / o.cpu for p, o in zip(peer.samples, ours.samples) if o.cpu)


def peers_at(tasks: list[Task], job: str, tools: list[str]) -> list[Task]:
    """A peer without AEAD does what it can."""
    found = (find(tasks, t, job) or find(tasks, t, job.split()[0]) for t in tools if t != OURS)
    return [task for task in found if task]


def print_process_goals(tasks: list[Task], tools: list[str]) -> None:
    for job, goal in GOALS.items():
        ours, peers = find(tasks, OURS, job), peers_at(tasks, job, tools)
        if ours and ours.cpu and peers:
            fastest = min(peers, key=lambda task: task.cpu)
            print_goal(f"process, {TITLES[job].split('(')[0].strip()}: {fastest.tool} / ours",
                       ratio(fastest, ours), goal, "x")  # fmt: skip
    for job in JOBS:
        task = find(tasks, OURS, job)
        if task:
            print_goal(f"process, peak memory: {TITLES[job]}", task.rss_mib, 32, "MiB", False)


def print_floor(rows: list[list[str]], tasks: list[Task], tools: list[str], size: int) -> None:
    """What a SEIPDv1 decryption that does nothing else would reach."""
    peers = peers_at(tasks, "decrypt", tools)
    for group, _, seconds, amount, _, share, _ in rows:
        if group == "SEIPDv1 decryption" and float(share) and peers:
            floor = float(seconds) * float(share) * size * MIB / float(amount)
            fastest = min(peers, key=lambda task: task.cpu)
            print(f"  {'(decrypt, SEIPDv1: ' + fastest.tool + ' / bare AES-CFB and SHA-1)':<62} "
                  f"{fastest.cpu / floor:8.2f} x")  # fmt: skip
            return


def run_in_process(bench: Path, quick: bool) -> list[list[str]]:
    argv = [str(bench), "--tsv", *(["--quick"] if quick else [])]
    return [line.split("\t") for line in quiet(argv).decode().splitlines()]


def print_in_process(rows: list[list[str]]) -> None:
    print("Inside one process\n")
    for group, job, seconds, amount, unit, ratio, _ in rows:
        rate = float(amount) / float(seconds)
        speed = f"{rate:10.0f} /s" if unit == "mails" else f"{rate / 1e6:10.0f} MB/s"
        share = f"{100 * float(ratio):6.1f} % of the floor" if float(ratio) else ""
        print(f"  {group:<36} {job:<36} {speed:<16} {share}")


def print_in_process_goals(rows: list[list[str]]) -> None:
    for group, job, seconds, amount, unit, ratio, goal in rows:
        if not float(goal):
            continue
        if unit == "mails":
            print_goal(f"{group}: {job}", float(amount) / float(seconds), float(goal), "/s")
        else:
            print_goal(f"{group}: {job} / floor", 100 * float(ratio), 100 * float(goal), "%")


def write_input(path: Path, size: int) -> None:
    generator = random.Random(1)
    with path.open("wb") as out:
        for at in range(0, size, MIB):
            out.write(generator.randbytes(min(MIB, size - at)))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--sop", required=True, help="path of secmail-sop")
    parser.add_argument("--run-child", required=True, type=Path)
    parser.add_argument("--in-process", required=True, type=Path, help="path of bench_openpgp")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it works")
    parser.add_argument("--size", type=int, default=256, metavar="MIB", help="big file (256)")
    parser.add_argument("--rounds", type=int, default=5, help="median of so many (5)")
    parser.add_argument("--mails", type=int, default=30, help="rounds of the 4 KiB mails (30)")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.size, arguments.rounds, arguments.mails = 1, 0, 0
    return arguments


def main() -> int:
    arguments = parse_arguments()
    rows = run_in_process(arguments.in_process, arguments.quick)
    print_in_process(rows)
    with tempfile.TemporaryDirectory(prefix="secmail-bench-") as folder:
        work = Path(folder)
        bench = Bench(arguments.sop, Runner(arguments.run_child), work)
        try:
            bench.prepare()
            big, mail = work / "big", work / "mail"
            write_input(big, arguments.size * MIB)
            write_input(mail, 4096)
            big_tasks, mail_tasks = bench.tasks("big", big), bench.tasks("mail", mail)
            bench.runner.measure(big_tasks, arguments.rounds)
            bench.runner.measure(mail_tasks, arguments.mails)
        finally:
            bench.finish()
    print_table(f"Processes, {arguments.size} MiB of random data", big_tasks)
    print_table("Processes, 4 KiB", mail_tasks)
    print("\nFigures to reach\n")
    print_in_process_goals(rows)
    print_process_goals(big_tasks, list(bench.tools))
    print_floor(rows, big_tasks, list(bench.tools), arguments.size)
    failed = [t for t in big_tasks + mail_tasks if t.tool == OURS and t.failure]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
