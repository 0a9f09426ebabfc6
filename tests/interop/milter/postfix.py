# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real Postfix on loopback with folders of its own, for a test. Needs root, as Postfix does."""
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/bin")

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
myhostname = mx.local.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1/32
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtputf8_enable = no
virtual_mailbox_domains = rcpt.example
virtual_mailbox_maps = static:box/
virtual_mailbox_base = {folder}/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_minimum_uid = 1
virtual_mailbox_limit = 0
virtual_transport = virtual
local_recipient_maps =
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_client_connection_count_limit = 0
smtpd_milters = {milter}
milter_default_action = tempfail
milter_protocol = 6
"""
# Nothing is chrooted: the folders hold no copy of the system's files.
MASTER = """\
127.0.0.1:{incoming} inet n - n - 40 smtpd
127.0.0.1:{outgoing} inet n - n - 40 smtpd -o milter_macro_daemon_name=ORIGINATING
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Postfix:
    """Takes mail on two ports, for other hosts' mail and our users', through one milter."""

    def __init__(self, folder, milter):
        self.folder = pathlib.Path(folder)
        self.incoming, self.outgoing = free_port(), free_port()
        owner = pwd.getpwnam("postfix")
        for name in ("queue", "data", "log", "boxes", "etc"):
            (self.folder / name).mkdir()
        for name in ("data", "boxes"):
            shutil.chown(self.folder / name, owner.pw_uid, owner.pw_gid)
        (self.folder / "etc/main.cf").write_text(
            MAIN.format(folder=self.folder, uid=owner.pw_uid, milter=milter))
        (self.folder / "etc/master.cf").write_text(
            MASTER.format(incoming=self.incoming, outgoing=self.outgoing))
        self.control("start")
        for port in (self.incoming, self.outgoing):
            self.wait_for(port)

    def control(self, command):
        done = subprocess.run([POSTFIX, "-c", self.folder / "etc", command], capture_output=True,
                              text=True, timeout=60, check=False)
        if done.returncode:
            raise AssertionError(f"postfix {command}: {done.stderr}{self.log()}")

    def log(self):
        path = self.folder / "log/mail.log"
        return path.read_text()[-4000:] if path.exists() else ""

    def wait_for(self, port):
        for _ in range(400):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
                    if s.recv(100).startswith(b"220"):
                        s.sendall(b"QUIT\r\n")
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("Postfix doesn't listen: " + self.log())

    def mails(self):
        """All mails that were delivered, with LF line ends."""
        return [p.read_bytes() for p in (self.folder / "boxes/box/new").glob("*")]

    def find(self, word, count=1):
        """The mails that hold a word, once there are so many."""
        for _ in range(1200):
            found = [m for m in self.mails() if word.encode() in m]
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{len(found)} mails with {word}, not {count}: {self.log()}")

    def stop(self):
        self.control("stop")
