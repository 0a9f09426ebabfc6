#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys that the library has edited, as GnuPG, Sequoia, RNP and OpenPGP.js see them; and keys that
GnuPG has edited, as the library sees them. The edits are made through the Python package."""
import itertools
import shutil
import sys
import tempfile
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils, x25519

import harness
from harness import *  # noqa: F403
import packets
import test_gnupg
import test_openpgpjs

try:
    from secmail import Context, errors, openpgp, verify
except (ImportError, OSError) as error:
    print(f"skipped: the Python package: {error}")
    sys.exit(77)
from secmail.openpgp import Certification, Certifier, KeyEdit, Profile, RevocationReason
from secmail.verify import KeyFlags

DAY, YEAR = 86400, 365 * 86400
BOTH = KeyFlags.ENCRYPT_COMMUNICATIONS | KeyFlags.ENCRYPT_STORAGE
V4, V6 = Profile.RFC4880, Profile.RFC9580
ALICE, WORK = "Alice <alice@example.org>", "Alice at work <alice@example.com>"


class Edits(Case):
    """Keys of the library, made a day ago and edited an hour ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = int(time.time())
        cls.born = Context(clock=lambda: cls.now - DAY)
        cls.later = Context(clock=lambda: cls.now - 3600)
        cls.context = Context()

    def make(self, profile=V4, user=ALICE, **options):
        return openpgp.generate(self.born, user, profile=profile, **options)

    def edit(self, key, *wishes, context=None):
        with KeyEdit(context or self.later, key) as edit:
            for wish in wishes:
                wish(edit)
            return edit.run()

    def cert(self, key):
        return key.cert.export(self.context, armored=False)

    def secret(self, key):
        return key.export(self.context, armored=False)

    def edits(self, profile):
        """name: (key, what must hold of it)"""
        key = self.make(profile)
        short = self.make(profile, lifetime=3600 * 12)  # expired by now
        old_subkeys = [lambda e: e.revoke_key(1, RevocationReason.SUPERSEDED, "rotated"),
                       lambda e: e.revoke_key(2, RevocationReason.RETIRED)]
        return {
            "untouched": (key, {"expires": self.now - DAY + 3 * YEAR}),
            "expires": (self.edit(key, lambda e: e.set_expiry(0, self.now + YEAR)),
                        {"expires": self.now + YEAR}),
            "never expires": (self.edit(key, *(lambda e, i=i: e.set_expiry(i, None)
                                               for i in range(3))), {"expires": None}),
            "expired": (self.edit(key, lambda e: e.set_expiry(0, self.now - 1800)),
                        {"expires": self.now - 1800, "usable": False}),
            "renewed": (self.edit(short, *(lambda e, i=i: e.set_expiry(i, self.now + YEAR)
                                           for i in range(3))), {"expires": self.now + YEAR}),
            "new user ID": (self.edit(key, lambda e: e.add_user_id(WORK)),
                            {"users": [ALICE, WORK]}),
            "old user ID": (self.edit(key, lambda e: e.add_user_id(WORK),
                                      lambda e: e.revoke_user_id(0, "moved")), {"users": [WORK]}),
            "new subkeys": (self.edit(key, *old_subkeys, lambda e: e.add_subkey(KeyFlags.SIGN),
                                      lambda e: e.add_subkey(BOTH, self.now + YEAR)),
                            {"subkeys": 5}),
            "retired subkeys": (self.edit(key, *old_subkeys), {"usable": False}),
            "retired": (self.edit(key, lambda e: e.revoke_key(0, RevocationReason.RETIRED)),
                        {"revoked": True, "usable": False}),
            "compromised": (self.edit(key, lambda e: e.revoke_key(
                0, RevocationReason.COMPROMISED, "stolen")), {"revoked": True, "usable": False}),
        }


class CryptographyToken(openpgp.Token):
    """A token made of python3-cryptography, with the secrets of a key that gpg made and exported."""

    HASHES = {8: hashes.SHA256(), 9: hashes.SHA384(), 10: hashes.SHA512()}

    def __init__(self, secrets):
        self.secrets = secrets  # fingerprint: private key

    def has(self, fingerprint):
        return fingerprint in self.secrets

    def sign(self, request):
        key = self.secrets[request.fingerprint]
        prehashed = utils.Prehashed(self.HASHES[request.hash])
        if request.algorithm == 1:
            return key.sign(request.data, padding.PKCS1v15(), prehashed)
        if request.algorithm == 19:
            size = (key.curve.key_size + 7) // 8
            return b"".join(n.to_bytes(size, "big") for n in utils.decode_dss_signature(
                key.sign(request.data, ec.ECDSA(prehashed))))
        return key.sign(request.data)

    def decrypt(self, request):
        key = self.secrets[request.fingerprint]
        if request.algorithm == 1:
            try:
                return key.decrypt(request.data, padding.PKCS1v15())
            except ValueError:
                return None
        if isinstance(key, x25519.X25519PrivateKey):
            return key.exchange(x25519.X25519PublicKey.from_public_bytes(request.data))
        point = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, request.data)
        return key.exchange(ec.ECDH(), point)


def mpis(data):
    """The MPIs at the beginning of a secret or public part, as bytes."""
    while len(data) >= 2:
        size = (int.from_bytes(data[:2], "big") + 7) // 8
        yield data[2:2 + size]
        data = data[2 + size:]


def private_key(body):
    """The private key of python3-cryptography in an open version 4 secret key packet."""
    algorithm, material = body[5], body[6:]
    if algorithm == 1:
        n, e = (int.from_bytes(m, "big") for m in itertools.islice(mpis(material), 2))
        at = 6 + 2 * 2 + len(n.to_bytes((n.bit_length() + 7) // 8, "big")) \
            + len(e.to_bytes((e.bit_length() + 7) // 8, "big"))
        d, p, q, _ = (int.from_bytes(m, "big") for m in itertools.islice(mpis(body[at + 1:]), 4))
        numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p),
                                        rsa.RSAPublicNumbers(e, n))
        return numbers.private_key()
    oid, rest = material[1:1 + material[0]], material[1 + material[0]:]
    point = next(mpis(rest))
    rest = rest[2 + len(point):]
    if algorithm == 18:
        rest = rest[1 + rest[0]:]
    secret = next(mpis(rest[1:]))
    if oid == bytes.fromhex("2a8648ce3d030107"):
        return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    if oid == bytes.fromhex("2b06010401da470f01"):
        return ed25519.Ed25519PrivateKey.from_private_bytes(secret.rjust(32, b"\0"))
    return x25519.X25519PrivateKey.from_private_bytes(secret[::-1].ljust(32, b"\0"))


class Tokens(Edits):
    """Keys of each kind on a token, with gpg on the other side."""

    def test_tokens(self):
        gpg = test_gnupg.Gnupg()
        self.addCleanup(gpg.close)
        for name in ("ed25519", "rsa", "nistp256"):
            with self.subTest(name):
                user = gpg.make_key(name)
                file = gpg.must("--export-secret-keys", user)
                cert = verify.Cert(self.context, gpg.must("--export", user))
                bodies = [body for tag, body in packets.split(file) if tag in (5, 7)]
                secrets = {key.fingerprint: private_key(body)
                           for key, body in zip(cert.keys(self.context), bodies)}
                key = openpgp.Key.on_token(self.context, cert, CryptographyToken(secrets))
                signature = self.file("s", openpgp.sign(self.context, b"x", [key]))
                gpg.must("--verify", signature, self.file("d", b"x"))
                message = gpg.must("--encrypt", "--recipient", user, stdin=b"hello")
                self.assertEqual(openpgp.decrypt(self.context, message, [key]).plaintext, b"hello")
                message = openpgp.encrypt(self.context, b"hello", [cert])
                self.assertEqual(openpgp.decrypt(self.context, message, [key]).plaintext, b"hello")
                self.assertEqual(gpg.must("--decrypt", stdin=message), b"hello")
                time.sleep(1.1)
                changed = self.edit(key, lambda e: e.add_user_id(WORK), context=self.context)
                gpg.must("--import", stdin=changed.cert.export(self.context))
                self.assertIn(WORK.encode(), gpg.must("--with-colons", "--list-keys", user))
                # gpg reads a file with marks in place of the secrets.
                other = test_gnupg.Gnupg()
                self.addCleanup(other.close)
                other.must("--import", stdin=key.export(self.context))
                self.assertIn(cert.fingerprint.encode(),
                              other.must("--with-colons", "--list-keys"))


class Gnupg(Edits):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start()

    @classmethod
    def start(cls):
        cls.gpg = test_gnupg.Gnupg()
        cls.addClassCleanup(cls.gpg.close)

    def listing(self, *argv):
        lines = self.gpg.must("--with-colons", *argv).decode().splitlines()
        return [line.split(":") for line in lines]

    def users(self, fingerprint):
        rows = self.listing("--list-keys", fingerprint)
        return [r[9].replace("\\x3a", ":") for r in rows if r[0] == "uid" and r[1] not in "re"]

    def check(self, key, want):
        fingerprint = key.cert.fingerprint
        rows = self.listing("--check-sigs", fingerprint)
        self.assertNotIn("?", "".join(r[1] for r in rows if r[0] in ("sig", "rev")))
        self.assertNotIn("-", [r[1] for r in rows if r[0] in ("sig", "rev")])
        pub = next(r for r in rows if r[0] == "pub")
        if "expires" in want:
            self.assertEqual(pub[6], str(want["expires"] or ""))
        if "users" in want:
            self.assertEqual(sorted(self.users(fingerprint)), sorted(want["users"]))
        if "subkeys" in want:
            self.assertEqual(sum(r[0] in ("pub", "sub") for r in rows), want["subkeys"])
        self.assertEqual(pub[1] == "r", want.get("revoked", False))
        encrypted = self.gpg.run("--encrypt", "--recipient", fingerprint, stdin=b"x")
        self.assertEqual(encrypted.code == OK, want.get("usable", True), encrypted)
        if encrypted.code == OK:
            self.assertEqual(openpgp.decrypt(self.context, encrypted.out, [key]).plaintext, b"x")

    def test_edits(self):
        for name, (key, want) in self.edits(V4).items():
            with self.subTest(name):
                self.gpg.close()
                self.start()  # each edit on its own
                self.gpg.must("--import", stdin=self.secret(key))
                self.check(key, want)

    def test_signatures_by_edited_keys(self):
        for name, (key, want) in self.edits(V4).items():
            if not want.get("usable", True):
                continue
            with self.subTest(name):
                self.gpg.must("--import", stdin=self.cert(key))
                data = self.file("data", b"x")
                signature = self.file("s", openpgp.sign(self.context, b"x", [key]))
                self.gpg.must("--verify", signature, data)

    def test_revocation_certificates(self):
        key = self.make(V4)
        cert = openpgp.revocation(self.later, key, RevocationReason.COMPROMISED, "stolen")
        self.gpg.must("--import", stdin=self.cert(key))
        self.gpg.must("--import", stdin=cert.export(self.context))
        self.check(key, {"revoked": True, "usable": False})

    def test_certifications(self):
        """Seen as what they are by --check-sigs; taken back, too."""
        alice, bob = self.make(V4), self.make(V4, "Bob <bob@example.org>")
        self.gpg.must("--import", stdin=self.cert(alice))
        for level in Certification:
            for local in (False, True):
                with Certifier(self.later, alice, level=level, local=local, trust=(1, 120),
                               notations={"how@example.org": "in person"}) as certifier:
                    known = certifier.certify(bob.cert, "Bob <bob@example.org>")
                    back = certifier.revoke(known, "Bob <bob@example.org>", text="mistaken")
                for cert, kinds in ((known, ["sig"]), (back, ["rev", "sig"])):
                    self.gpg.run("--delete-keys", bob.cert.fingerprint)
                    self.gpg.must("--import-options", "import-local-sigs", "--import",
                                  stdin=cert.export(self.context))
                    rows = [r for r in self.listing("--check-sigs", bob.cert.fingerprint)
                            if r[0] in ("sig", "rev")
                            and r[12].endswith(alice.cert.fingerprint)]
                    self.assertEqual(sorted(r[0] for r in rows), kinds)
                    self.assertEqual({r[1] for r in rows}, {"!"})
                    mine = next(r for r in rows if r[0] == "sig")
                    self.assertEqual(mine[10][:3], f"{0x10 + level:02x}" + "xl"[local])

    def test_local_certifications_stay_here(self):
        alice, bob = self.make(V4), self.make(V4, "Bob <bob@example.org>")
        with Certifier(self.later, alice, local=True) as certifier:
            known = certifier.certify(bob.cert, "Bob <bob@example.org>")
            back = certifier.revoke(known, "Bob <bob@example.org>")
        for cert in (known, back):
            self.gpg.must("--import", stdin=cert.export(self.context))
            self.assertNotIn(alice.cert.fingerprint.encode(),
                             self.gpg.must("--with-colons", "--list-sigs", bob.cert.fingerprint))
            self.assertEqual(cert.clean(self.context, verify.Clean.LOCAL).export(self.context),
                             bob.cert.export(self.context))

    def test_extract_cert_leaves_local_certifications_out(self):
        """Those that a key file of GnuPG has, as --export does."""
        alice, bob = self.gpg.make_key("ed25519"), self.gpg.make_key("nistp256")
        rows = self.gpg.must("--with-colons", "--list-keys", bob).decode().splitlines()
        fingerprint = next(r.split(":")[9] for r in rows if r.startswith("fpr"))
        self.gpg.must("--yes", "--local-user", alice, "--quick-lsign-key",
                      fingerprint)
        key = self.gpg.must("--export-options", "export-local-sigs", "--export-secret-keys",
                            fingerprint)
        cert = self.sop.must("extract-cert", "--no-armor", stdin=key)
        self.assertEqual(sorted(packets.split(cert)),
                         sorted(packets.split(self.gpg.must("--export", fingerprint))))


class EditedByGnupg(Edits):
    """The other direction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gpg = test_gnupg.Gnupg()
        cls.addClassCleanup(cls.gpg.close)
        cls.user = cls.gpg.make_key("ed25519")
        rows = cls.gpg.must("--with-colons", "--list-keys", cls.user).decode().splitlines()
        cls.fingerprint = next(r.split(":")[9] for r in rows if r.startswith("fpr"))

    def ours(self, fingerprint=None):
        file = self.gpg.must("--export-secret-keys", fingerprint or self.fingerprint)
        return openpgp.Key(self.context, file)

    def info(self, key, index=0):
        return key.cert.keys(self.context)[index]

    def test_edits(self):
        for name in ("rsa", "nistp256", "brainpool"):
            self.gpg.make_key(name)
        for row in self.gpg.must("--with-colons", "--list-secret-keys").decode().split("sec:")[1:]:
            fingerprint = next(r.split(":")[9] for r in row.splitlines() if r.startswith("fpr"))
            with self.subTest(fingerprint):
                self.check_edits(fingerprint)

    def check_edits(self, fingerprint):
        time.sleep(1.1)  # gpg too wants each self-signature to be younger
        self.gpg.must("--quick-set-expire", fingerprint, "2y")
        key = self.ours(fingerprint)
        self.assertAlmostEqual(self.info(key).expires, self.now + 2 * YEAR, delta=2 * DAY)
        self.gpg.must("--quick-add-uid", fingerprint, WORK)
        self.gpg.must("--quick-add-key", fingerprint, "ed25519", "sign", "1y")
        key = self.ours(fingerprint)
        self.assertIn(WORK, key.cert.user_ids)
        keys = key.cert.keys(self.context)
        self.assertEqual(keys[-1].flags, KeyFlags.SIGN)
        self.assertTrue(keys[-1].valid)
        signature = openpgp.sign(self.context, b"x", [key])
        self.gpg.must("--verify", self.file("s", signature), self.file("d", b"x"))
        # And edited again by us, on top of that.
        time.sleep(1.1)
        again = self.edit(key, lambda e: e.set_expiry(0, self.now + YEAR),
                          lambda e: e.set_expiry(len(keys) - 1, self.now + DAY),
                          context=self.context)
        self.gpg.must("--import", stdin=again.cert.export(self.context))
        rows = [r.split(":") for r in self.gpg.must(
            "--with-colons", "--check-sigs", fingerprint).decode().splitlines()]
        self.assertEqual(next(r for r in rows if r[0] == "pub")[6], str(self.now + YEAR))
        self.assertIn(str(self.now + DAY), [r[6] for r in rows if r[0] == "sub"])
        self.assertEqual({r[1] for r in rows if r[0] == "sig"}, {"!"})

    def test_offline_primary_key(self):
        """gpg's sec#: it decrypts and signs with subkeys, and can't be edited."""
        data = self.gpg.must("--export-secret-subkeys", self.fingerprint)
        key = openpgp.Key(self.context, data)
        self.assertFalse(key.locked)
        message = openpgp.encrypt(self.context, b"x", [key.cert])
        self.assertEqual(openpgp.decrypt(self.context, message, [key]).plaintext, b"x")
        with self.assertRaises(errors.SecretAbsent):
            self.edit(key, lambda e: e.add_user_id("Bob"), context=self.context)
        self.assertEqual(packets.split(self.secret(key)), packets.split(data))

    def test_certifications(self):
        """By gpg's key, and by gpg on our certificate."""
        bob = self.make(V4, "Bob <bob@example.org>")
        with Certifier(self.context, self.ours()) as certifier:
            known = certifier.certify(bob.cert, "Bob <bob@example.org>")
        self.gpg.must("--import", stdin=known.export(self.context))
        rows = self.gpg.must("--with-colons", "--check-sigs", bob.cert.fingerprint).decode()
        self.assertIn(self.fingerprint, rows)
        carol = self.make(V4, "Carol <carol@example.org>")
        self.gpg.must("--import", stdin=carol.cert.export(self.context))
        self.gpg.must("--quick-sign-key", carol.cert.fingerprint)
        signed = verify.Cert(self.context, self.gpg.must("--export", carol.cert.fingerprint))
        self.assertTrue(all(key.valid for key in signed.keys(self.context)))


class Sequoia(Edits):
    def test_edits(self):
        sqop = Sop(need("sqop"))
        edits = self.edits(V4)
        for name, (key, want) in edits.items():
            with self.subTest(name):
                cert = self.file("c", key.cert.export(self.context))
                if want.get("revoked"):  # sqop 0.27 encrypts to a revoked key's subkeys
                    self.check_revoked(sqop, name, edits["untouched"][0], cert)
                    continue
                encrypted = sqop("encrypt", cert, stdin=b"x")
                self.assertEqual(encrypted.code == OK, want.get("usable", True), encrypted)
                if encrypted.code != OK:
                    continue
                self.assertEqual(openpgp.decrypt(self.context, encrypted.out, [key]).plaintext,
                                 b"x")
                signature = self.file("s", openpgp.sign(self.context, b"x", [key]))
                sqop.must("verify", signature, cert, stdin=b"x")

    def check_revoked(self, sqop, name, before, cert):
        """What was signed before a soft revocation is still good."""
        earlier = Context(clock=lambda: self.now - 7200)
        signature = self.file("s", openpgp.sign(earlier, b"x", [before]))
        code = sqop("verify", signature, cert, stdin=b"x").code
        self.assertEqual(code, OK if name == "retired" else NO_SIGNATURE)

    def test_certifications_do_no_harm(self):
        sqop = Sop(need("sqop"))
        alice, bob = self.make(V4), self.make(V4, "Bob <bob@example.org>")
        with Certifier(self.later, alice) as certifier:
            known = certifier.certify(bob.cert, "Bob <bob@example.org>")
        sqop.must("encrypt", self.file("c", known.export(self.context)), stdin=b"x")


class Rnp(Edits):
    def test_edits(self):
        rnpkeys, rnp = need("rnpkeys"), need("rnp")
        for name, (key, want) in self.edits(V4).items():
            home = tempfile.mkdtemp(prefix="secmail-rnp-")
            self.addCleanup(shutil.rmtree, home, True)
            with self.subTest(name):
                cert = self.file("c", key.cert.export(self.context))
                done = run([rnpkeys, "--homedir", home, "--import", cert])
                self.assertEqual(done.code, 0, done)
                listing = run([rnpkeys, "--homedir", home, "--list-keys", "--with-sigs"])
                text = listing.out.decode()
                self.assertNotIn("[invalid]", text)
                self.assertEqual("REVOKED" in text.split("uid")[0], want.get("revoked", False))
                for user in want.get("users", []):
                    self.assertIn(user, text)
                encrypted = run([rnp, "--homedir", home, "--encrypt", "-r", key.cert.fingerprint,
                                 "--output", "-", "-"], b"x")
                self.assertEqual(encrypted.code == OK, want.get("usable", True), encrypted)
                if encrypted.code == OK:
                    opened = openpgp.decrypt(self.context, encrypted.out, [key])
                    self.assertEqual(opened.plaintext, b"x")


class OpenPgpJs(Edits):
    js = classmethod(test_openpgpjs.OpenPgpJs.js.__func__)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node = need("node")
        cls.modules = tempfile.mkdtemp(prefix="secmail-js-")
        cls.addClassCleanup(shutil.rmtree, cls.modules, True)
        test_openpgpjs.install(harness.pathlib.Path(cls.modules))

    def test_edits(self):
        for profile in (V4, V6):
            for name, (key, want) in self.edits(profile).items():
                with self.subTest(name, profile=profile):
                    seen = self.js("inspect", cert=self.cert(key))
                    if "expires" in want and not want.get("revoked"):
                        self.assertEqual(seen["expires"], want["expires"])
                    if "users" in want:
                        self.assertEqual(sorted(seen["users"]), sorted(want["users"]))
                    self.assertEqual(seen["revoked"], want.get("revoked", False))
                    self.assertEqual(seen["encrypts"], want.get("usable", True))

    def test_certifications(self):
        """Also by a key of one version on a certificate of the other."""
        for mine in (V4, V6):
            for theirs in (V4, V6):
                alice, bob = self.make(mine), self.make(theirs, "Bob <bob@example.org>")
                with Certifier(self.later, alice) as certifier:
                    known = certifier.certify(bob.cert, "Bob <bob@example.org>")
                    back = certifier.revoke(known, "Bob <bob@example.org>")
                for cert, holds in ((bob.cert, []), (known, [0x10]), (back, [0x10, 0x30])):
                    seen = self.js("inspect", cert=cert.export(self.context, armored=False),
                                   certifier=self.cert(alice))
                    self.assertEqual(seen["certified"], holds, (mine, theirs))


if __name__ == "__main__":
    harness.main()
