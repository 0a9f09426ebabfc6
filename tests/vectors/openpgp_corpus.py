#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shared OpenPGP corpus through secmail-sop: what others agree on, we agree on.

    openpgp_corpus.py [-v] [--all] [ID...]     all cases, or those whose id begins so

The corpus lies in $SECMAIL_CORPUS/openpgp; its README tells the form of a case. A case that needs a
subcommand or an algorithm which this build lacks is skipped, and counted by reason. A case where this
project decides otherwise stands in openpgp_decisions.py with the reason, and must come out as decided.
The same goes for the cases on which implementations differ by policy.
"""
import collections
import hashlib
import json
import os
import pathlib
import re
import sys
import tempfile

from harness import OK, UNSUPPORTED_SUBCOMMAND, sop
import openpgp_decisions
import packets

DECISIONS = {**openpgp_decisions.ELSEWHERE, **openpgp_decisions.POLICY}

# Decrypted text comes out with the line ends of the system (RFC 9580 section 5.9); the corpus has
# the CR LF that stands in these messages, which are marked as text.
TEXT_WITH_LF = {"interop-openpgp-001"}

# Each of these computes Argon2 over 2 GiB once more; only --all runs them.
SLOW = {"rfc9580-a8-x25519-ocb-locked", "rfc9580-a5-locked-key-wrong", "rfc9580-a12-argon2-aes192",
        "rfc9580-a12-argon2-aes256", "go-crypto-argon2",
        "rfc9580/A.5 locked v6 secret key (Argon2, AEAD)", "rfc9580/A.5 locked, wrong password",
        "rfc9580/A.12 Argon2 password, AES-128", "rfc9580/A.12 Argon2 password, AES-192",
        "rfc9580/A.12 Argon2 password, AES-256", "rfc9580/A.12 Argon2, wrong password"}

CIPHERS = {7, 8, 9}


class Skip(Exception):
    pass


class Runner:
    def __init__(self, folder, scratch, slow=False):
        self.sop, self.folder, self.scratch, self.slow = sop(), folder, scratch, slow

    def path(self, name):
        return self.folder / name

    def secret(self, option, values):
        for i, value in enumerate(values):
            path = self.scratch / f"secret-{option}-{i}"
            path.write_bytes(value.encode())
            yield f"--{option}={path}"

    def out(self, name):
        path = self.scratch / name
        path.unlink(missing_ok=True)
        return path

    # Each operation returns (result, signers or None).
    def decrypt(self, case, files):
        argv = [*self.secret("with-password", case.get("password", [])),
                *self.secret("with-key-password", case.get("key_password", [])),
                *self.secret("with-session-key", case.get("session_key", []))]
        verifications = self.out("verifications")
        for cert in files.get("certs", []):
            argv += ["--verify-with", self.path(cert)]
        if files.get("certs"):
            argv += [f"--verifications-out={verifications}"]
        result = self.sop("decrypt", *argv, *map(self.path, files.get("keys", [])),
                          stdin=self.path(files["input"]).read_bytes())
        lines = verifications.read_text() if verifications.exists() else None
        return result, lines

    def verify(self, case, files):
        result = self.sop("verify", self.path(files["sig"]), *map(self.path, files["certs"]),
                          stdin=self.path(files["data"]).read_bytes())
        return result, result.out.decode()

    def inline_verify(self, case, files):
        verifications = self.out("verifications")
        data = self.path(files["input"]).read_bytes()
        if "replace" in case:
            old, new = (text.encode() for text in case["replace"])
            assert old in data
            data = data.replace(old, new)
        result = self.sop("inline-verify", f"--verifications-out={verifications}",
                          *map(self.path, files["certs"]), stdin=data)
        return result, verifications.read_text() if verifications.exists() else None

    def encrypt(self, case, files):
        return self.sop("encrypt", *map(self.path, files["certs"]), stdin=b"x"), None

    def sign(self, case, files):
        argv = self.secret("with-key-password", case.get("key_password", []))
        return self.sop("sign", *argv, *map(self.path, files["keys"]), stdin=b"x"), None

    def extract_cert(self, case, files):
        return self.sop("extract-cert", stdin=self.path(files["keys"][0]).read_bytes()), None

    def merge_certs(self, case, files):
        """Reads certificates and writes them again, with nothing lost."""
        return self.sop("merge-certs", stdin=self.path(files["certs"][0]).read_bytes()), None

    def dearmor(self, case, files):
        return self.sop("dearmor", stdin=self.path(files["input"]).read_bytes()), None

    def roundtrip(self, case, files):
        """Every use of a secret key."""
        unlock = list(self.secret("with-key-password", case.get("key_password", [])))
        key = self.path(files["keys"][0])
        cert = self.out("roundtrip.cert")
        result = self.sop("extract-cert", stdin=key.read_bytes())
        cert.write_bytes(result.out)
        signature = self.out("roundtrip.sig")
        for step in (lambda: self.sop("sign", *unlock, key, stdin=b"x"),
                     lambda: self.sop("verify", signature, cert, stdin=b"x"),
                     lambda: self.sop("encrypt", *unlock, "--sign-with", key, cert, stdin=b"x"),
                     lambda: self.sop("decrypt", *unlock, key, stdin=result.out)):
            if result.code != OK:
                break
            result = step()
            if not signature.exists():
                signature.write_bytes(result.out)
        return result, None

    def run(self, case):
        """None if the case comes out as expected, else what is wrong. May raise Skip."""
        if case["id"] in SLOW and not self.slow:
            raise Skip("2 GiB of Argon2 once more")
        operation = getattr(self, case["op"].replace("-", "_"), None)
        if not operation:
            if self.sop(case["op"]).code != UNSUPPORTED_SUBCOMMAND:
                return f"the subcommand {case['op']} exists, but this runner doesn't know it"
            raise Skip(f"subcommand {case['op']}")
        result, lines = operation(case, case["files"])
        if result.code < 0:
            return f"killed by signal {-result.code}"
        wrong = self.compare(case, result, lines)
        if wrong and case["expect"]["status"] == "ok" and case["id"] not in DECISIONS:
            self.skip_what_is_missing(case, result)
        return wrong

    def compare(self, case, result, lines):
        expect = dict(case["expect"])
        expect["status"] = DECISIONS.get(case["id"], (expect["status"],))[0]
        if expect["status"] == "unsigned": # opens, but no signature is accepted
            expect.update(status="ok", signers=[])
        if expect["status"] == "reject":
            return self.compare_refusal(case, expect, result, lines)
        if result.code != OK:
            return str(result)
        if "plaintext_sha256" in expect and case["op"] in ("decrypt", "dearmor", "inline-verify"):
            data = result.out
            if case["id"] in TEXT_WITH_LF:
                data = data.replace(b"\n", b"\r\n")
            if expect.get("form") == "text":
                data = b"\n".join(x.rstrip() for x in data.replace(b"\r\n", b"\n").split(b"\n"))
                data = data.rstrip(b"\n")
            if hashlib.sha256(data).hexdigest() != expect["plaintext_sha256"]:
                return f"another plaintext: {data[:60]!r}"
        if "signers" in expect and lines is not None:
            found = sorted({line.split()[2] for line in lines.splitlines()})
            if found != sorted(set(expect["signers"])):
                return f"signed by {found}: {result.err.decode(errors='replace')}"
        if "fingerprints" in expect and case["op"] in ("extract-cert", "merge-certs"):
            return self.compare_fingerprints(expect, result)
        return None

    @staticmethod
    def compare_refusal(case, expect, result, lines):
        if case["op"] == "decrypt" and result.code == OK and case["files"].get("certs"):
            # A bad signature doesn't change the exit code: no line may vouch for it.
            return "a signature is accepted" if lines else None
        if result.code == OK:
            return "accepted"
        if result.code not in expect.get("codes", [result.code]):
            return str(result)
        if expect.get("no_output") and result.out:
            return f"{len(result.out)} bytes came out"
        if case["op"] in ("verify", "inline-verify") and (result.out or lines):
            return "something came out"
        return None

    @staticmethod
    def compare_fingerprints(expect, result):
        """The primary keys are those expected; of user IDs and subkeys, none is lost. (Merging
        judges nothing: more than the valid ones may stay.)"""
        found = collections.defaultdict(list)
        for tag, body in packets.split(packets.dearmor(result.out)):
            if tag in (packets.PUBLIC_KEY, packets.PUBLIC_SUBKEY):
                kind, head = ((hashlib.sha256, b"\x9b" + len(body).to_bytes(4, "big"))
                              if body[0] == 6 else
                              (hashlib.sha1, b"\x99" + len(body).to_bytes(2, "big")))
                found[tag].append(kind(head + body).hexdigest().upper())
            elif tag == packets.USER_ID:
                found[tag].append(body.decode(errors="replace"))
        for name, tag in (("subkeys", packets.PUBLIC_SUBKEY), ("uids", packets.USER_ID)):
            if not set(expect.get(name, [])) <= set(found[tag]):
                return f"{name} {found[tag]}"
        keys = found[packets.PUBLIC_KEY]
        return None if keys == expect["fingerprints"] else f"fingerprints {keys}"

    def skip_what_is_missing(self, case, result):
        """An expected success failed: is that for something which this build doesn't have?"""
        files = case["files"]
        needed = set()
        for name in files.get("certs", []) + files.get("keys", []):
            needed |= packets.features_of(self.path(name).read_bytes())
        missing = sorted(needed - self.sop.features())
        if missing:
            raise Skip(f"algorithms: {', '.join(missing)}")
        text = result.err.decode(errors="replace")
        match = re.search(r"cipher (?:algorithm )?(\d+)", text)
        if "SECMAIL_E_UNSUPPORTED" in text and match and int(match[1]) not in CIPHERS:
            raise Skip(f"cipher {match[1]}")


def load(folder, prefixes):
    cases = json.loads((folder / "cases.json").read_text())
    cases += json.loads((folder / "policy-cases.json").read_text())
    manifest = json.loads((folder / "rfc9580" / "manifest.json").read_text())
    cases += list(samples(manifest))
    return [c for c in cases if not prefixes or c["id"].startswith(tuple(prefixes))]


def samples(manifest):
    """The samples of RFC 9580 Appendix A, brought into the form of the other cases."""
    operations = {"extract": "extract-cert", "inline": "inline-verify",
                  "inline-tampered": "inline-verify", "roundtrip": "roundtrip"}
    for sample in manifest:
        files = {}
        if "msg" in sample:
            files["input"] = sample["msg"]
        for old, new in (("key", "keys"), ("cert", "certs")):
            if old in sample:
                files[new] = sample[old]
        expect = {"status": "reject" if sample["verdict"] == "refuse" else "ok"}
        if "plain" in sample:
            expect["plaintext_sha256"] = hashlib.sha256(sample["plain"].encode()).hexdigest()
        if "fpr" in sample:
            expect["fingerprints"] = [sample["fpr"]]
        if "codes" in sample:
            expect["codes"] = sample["codes"]
        if "replace" in sample:
            replace = {"replace": sample["replace"]}
        else:
            replace = {}
        yield {**replace, "id": sample["id"], "op": operations.get(sample["op"], sample["op"]),
               "files": files, "expect": expect, "password": sample.get("pw", []),
               "key_password": sample.get("kpw", []), "session_key": sample.get("sk", [])}


def main():
    corpus = os.environ.get("SECMAIL_CORPUS")
    if not corpus:
        print("skipped: SECMAIL_CORPUS is unset")
        sys.exit(77)
    folder = pathlib.Path(corpus) / "openpgp"
    arguments = sys.argv[1:]
    verbose = "-v" in arguments
    counts = collections.Counter()
    reasons = collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        runner = Runner(folder, pathlib.Path(scratch), "--all" in arguments)
        for case in load(folder, [a for a in arguments if not a.startswith("-")]):
            try:
                wrong = runner.run(case)
            except Skip as skip:
                reasons[str(skip)] += 1
                counts["skipped"] += 1
                if verbose:
                    print(f"skip {case['id']}: {skip}")
                continue
            counts["failed" if wrong else "passed"] += 1
            if wrong:
                print(f"FAIL {case['id']} ({case['op']}): {wrong}")
            elif verbose:
                print(f"ok   {case['id']}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    for reason, count in reasons.most_common():
        print(f"  skipped {count}: {reason}")
    sys.exit(1 if counts["failed"] else 0 if counts["passed"] else 77)


if __name__ == "__main__":
    main()
