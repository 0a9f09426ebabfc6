// SPDX-License-Identifier: LGPL-2.1-or-later
// The other side of test_peers.py: one operation of mailauth, described by a JSON object on standard
// input. Mails go in and out as base64; DNS answers come with the request.
import { readFileSync } from 'node:fs';
import { authenticate } from 'mailauth';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';

const request = JSON.parse(readFileSync(0, 'utf8'));
const message = Buffer.from(request.message, 'base64');

async function resolver(name, type) {
  const records = request.dns[name.toLowerCase()]?.[type];
  if (records) return records.map((record) => (Array.isArray(record) ? record : [record]));
  throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
}

const base64 = (text) => Buffer.from(text, 'binary').toString('base64');

const operations = {
  async verify() {
    const { dkim, arc } = await authenticate(message, { resolver, disableBimi: true });
    return {
      dkim: dkim.results.map((r) => ({ domain: r.signingDomain, result: r.status.result })),
      arc: arc?.status?.result ?? 'none',
    };
  },
  async sign() {
    const { signatures, errors } = await dkimSign(message, {
      canonicalization: request.canon,
      signTime: new Date(request.now * 1000),
      signatureData: [{ signingDomain: request.domain, selector: request.selector,
        privateKey: request.key }],
    });
    if (errors.length) throw errors[0];
    return { header: base64(signatures) };
  },
  async seal() {
    const { headers } = await authenticate(message, { resolver, disableBimi: true, mta: 'js.example',
      seal: { signingDomain: request.domain, selector: request.selector,
        privateKey: request.key } });
    return { header: base64(headers) };
  },
};

console.log(JSON.stringify(await operations[request.operation]()));
