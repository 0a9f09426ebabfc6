// SPDX-License-Identifier: LGPL-2.1-or-later
// The other side of test_openpgpjs.py: one operation of OpenPGP.js 6, described by a JSON object on
// standard input. Data goes in and out as base64.
import * as openpgp from 'openpgp';
import { readFileSync } from 'node:fs';

const request = JSON.parse(readFileSync(0, 'utf8'));
const bytes = (name) => request[name] === undefined ? undefined : Buffer.from(request[name], 'base64');
const base64 = (data) => Buffer.from(data).toString('base64');
const config = {
  v6Keys: true,
  aeadProtect: true,
  preferredAEADAlgorithm: openpgp.enums.aead[request.aead ?? 'ocb'],
};

async function secretKey(name) {
  const binary = bytes(name);
  if (!binary) return undefined;
  const key = await openpgp.readPrivateKey({ binaryKey: binary, config });
  const passphrase = request.passphrase;
  return passphrase ? openpgp.decryptKey({ privateKey: key, passphrase, config }) : key;
}

const certificate = async (name) => bytes(name) && openpgp.readKey({ binaryKey: bytes(name), config });

async function verdicts(signatures) {
  const results = [];
  for (const signature of signatures)
    results.push(await signature.verified.then(() => true, () => false));
  return results;
}

const operations = {
  async generate() {
    const userIDs = [{ name: 'Theirs', email: 'theirs@example.org' }];
    const { privateKey, publicKey } = await openpgp.generateKey({
      type: request.type ?? 'curve25519', curve: request.curve, rsaBits: request.rsaBits,
      userIDs, format: 'object', passphrase: request.passphrase, config,
    });
    return { key: base64(privateKey.write()), cert: base64(publicKey.write()) };
  },
  async encrypt() {
    const data = await openpgp.encrypt({
      message: await openpgp.createMessage({ binary: bytes('data') }),
      encryptionKeys: await certificate('cert'), signingKeys: await secretKey('signer'),
      passwords: request.password, format: 'binary', config,
    });
    return { data: base64(data) };
  },
  async decrypt() {
    const result = await openpgp.decrypt({
      message: await openpgp.readMessage({ binaryMessage: bytes('data'), config }),
      decryptionKeys: await secretKey('key'), verificationKeys: await certificate('verifier'),
      passwords: request.password, format: 'binary', config,
    });
    return { data: base64(result.data), verdicts: await verdicts(result.signatures) };
  },
  async sign() {
    const data = await openpgp.sign({
      message: await openpgp.createMessage({ binary: bytes('data') }),
      signingKeys: await secretKey('key'), detached: true, format: 'binary', config,
    });
    return { data: base64(data) };
  },
  async inline_sign() {
    if (request.cleartext) {
      const message = await openpgp.createCleartextMessage({ text: bytes('data').toString() });
      const text = await openpgp.sign({ message, signingKeys: await secretKey('key'), config });
      return { data: base64(text) };
    }
    const data = await openpgp.sign({
      message: await openpgp.createMessage({ binary: bytes('data') }),
      signingKeys: await secretKey('key'), format: 'binary', config,
    });
    return { data: base64(data) };
  },
  async inline_verify() {
    const message = request.cleartext
      ? await openpgp.readCleartextMessage({ cleartextMessage: bytes('data').toString(), config })
      : await openpgp.readMessage({ binaryMessage: bytes('data'), config });
    const result = await openpgp.verify({
      message, verificationKeys: await certificate('cert'), config,
      format: request.cleartext ? 'utf8' : 'binary',
    });
    return { data: base64(result.data), verdicts: await verdicts(result.signatures) };
  },
  async verify() {
    const result = await openpgp.verify({
      message: await openpgp.createMessage({ binary: bytes('data') }),
      signature: await openpgp.readSignature({ binarySignature: bytes('signature'), config }),
      verificationKeys: await certificate('cert'), config,
    });
    return { verdicts: await verdicts(result.signatures) };
  },
  // What a certificate says of itself, and whether another key certifies its first user ID.
  async inspect() {
    const key = await certificate('cert');
    const certifier = await certificate('certifier');
    const when = new Date();
    const rules = { ...openpgp.config, ...config }; // these functions don't complete them
    const end = await key.getExpirationTime(undefined, rules);
    const users = [];
    for (const user of key.users) {
      if (await user.verify(when, rules).then((valid) => valid, () => false)) users.push(user.userID.userID);
    }
    const certified = [];
    if (certifier) {
      const user = key.users[0];
      const data = { userID: user.userID, key: key.keyPacket };
      for (const signature of [...user.otherCertifications, ...user.revocationSignatures]) {
        await signature.verify(certifier.keyPacket, signature.signatureType, data, when, false, rules);
        certified.push(signature.signatureType);
      }
    }
    return {
      expires: end instanceof Date ? end.getTime() / 1000 : null,
      users, certified, revoked: await key.isRevoked(null, null, when, rules),
      encrypts: await key.getEncryptionKey(undefined, when, undefined, rules).then(() => true, () => false),
    };
  },
};

process.stdout.write(JSON.stringify(await operations[request.operation]()));
