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
      type: 'curve25519', userIDs, format: 'object', passphrase: request.passphrase, config,
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
  async verify() {
    const result = await openpgp.verify({
      message: await openpgp.createMessage({ binary: bytes('data') }),
      signature: await openpgp.readSignature({ binarySignature: bytes('signature'), config }),
      verificationKeys: await certificate('cert'), config,
    });
    return { verdicts: await verdicts(result.signatures) };
  },
};

process.stdout.write(JSON.stringify(await operations[request.operation]()));
