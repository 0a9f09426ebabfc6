# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real name server (knot) on loopback, with signed and unsigned zones, for a test."""
import pathlib
import shutil
import socket
import subprocess
import time

KNOTD, KEYMGR = (shutil.which(p, path="/usr/sbin:/usr/bin:/sbin:/bin") for p in ("knotd", "keymgr"))

CONF = """\
server:
    listen: 127.0.0.1@{port}
    rundir: "{folder}"
    udp-max-payload: 4096
database:
    storage: "{folder}/db"
log:
  - target: "{folder}/knot.log"
    any: info
policy:
  - id: signed
    algorithm: ECDSAP256SHA256
    single-type-signing: on
    nsec3: {nsec3}
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    journal-content: none
zone:
"""


def free_port():
    """A port that is free for both UDP and TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(("127.0.0.1", udp.getsockname()[1]))
            except OSError:
                continue
            return udp.getsockname()[1]


class Knot:
    """`zones`: name to (text of records, signed?). SOA, NS and a TTL are put in front."""

    def __init__(self, folder, zones, nsec3="off"):
        self.folder, self.port = pathlib.Path(folder), free_port()
        self.zones, self.nsec3, self.process = zones, nsec3, None
        (self.folder / "db").mkdir(parents=True, exist_ok=True)
        text = CONF.format(port=self.port, folder=self.folder, nsec3=nsec3)
        for name, (_, signed) in zones.items():
            text += f"  - domain: {name}\n    file: {name}.zone\n"
            text += "    dnssec-signing: on\n    dnssec-policy: signed\n" if signed else ""
            self.write(name)
        self.conf = self.folder / "knot.conf"
        self.conf.write_text(text)
        self.start()

    @property
    def address(self):
        return f"127.0.0.1@{self.port}"

    def write(self, name):
        head = f"$ORIGIN {name}.\n$TTL 300\n@ SOA ns.{name}. root.{name}. 1 600 300 3600 60\n"
        (self.folder / f"{name}.zone").write_text(
            f"{head}@ NS ns.{name}.\nns A 127.0.0.1\n{self.zones[name][0]}\n")

    def start(self):
        self.process = subprocess.Popen([KNOTD, "-c", self.conf], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        log, wanted = self.folder / "knot.log", len(self.zones)
        for _ in range(600):
            text = log.read_text() if log.exists() else ""
            if text.count("loaded, serial") + text.count("zone file loaded") >= wanted and (
                    "server started" in text) and self.answers():
                return
            time.sleep(0.05)
        raise AssertionError("knot doesn't start: " + text[-2000:])

    def answers(self):
        """Does every zone have an SOA, and the signed ones keys?"""
        return all(self.ask(name, 6) and (not signed or self.ask(name, 48))
                   for name, (_, signed) in self.zones.items())

    def ask(self, name, kind):
        labels = b"".join(bytes([len(w)]) + w.encode() for w in name.split("."))
        query = b"\0\1\0\0\0\1\0\0\0\0\0\0" + labels + b"\0" + bytes([0, kind, 0, 1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(1)
            s.sendto(query, ("127.0.0.1", self.port))
            try:
                answer = s.recv(4096)
            except OSError:
                return False
        return answer[3] & 15 == 0 and answer[6:8] != b"\0\0"

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None
            (self.folder / "knot.log").unlink()

    def anchors(self, name):
        """DS records of a signed zone."""
        done = subprocess.run([KEYMGR, "-c", self.conf, name, "ds"], capture_output=True, text=True,
                              check=True)
        return done.stdout
