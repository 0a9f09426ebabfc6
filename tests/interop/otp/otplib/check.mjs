// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks codes and URIs that otp_codes made, with otplib, and makes URIs for us to read.
//
//     node check.mjs check < LINES     prints how many codes and URIs were compared
//     node check.mjs make COUNT        prints a JSON object a line: the URI and what it holds
import { createInterface } from "node:readline";
import assert from "node:assert/strict";
import { createGuardrails, generateSecret, generateSync, generateURI, verifySync } from "otplib";
import { parse } from "@otplib/uri";

const guardrails = createGuardrails({
  MIN_SECRET_BYTES: 1,
  MAX_SECRET_BYTES: 64,
  MIN_PERIOD: 1,
  MAX_PERIOD: 3600,
});

function options(key) {
  const common = {
    strategy: key.type,
    secret: Uint8Array.from(Buffer.from(key.secret, "hex")),
    algorithm: key.algorithm,
    digits: key.digits,
    guardrails,
  };
  return key.type === "hotp"
    ? { ...common, counter: key.counter }
    : { ...common, period: key.period, t0: key.t0, epoch: key.time };
}

function checkUri(key) {
  const { type, label, params } = parse(key.uri);
  assert.equal(type, key.type);
  assert.equal(params.algorithm, key.algorithm);
  assert.equal(params.digits, key.digits);
  assert.equal(type === "hotp" ? params.counter : params.period,
    type === "hotp" ? key.counter : key.period);
  const code = generateSync({ ...options(key), secret: params.secret });
  assert.equal(code, key.codes[0], "the secret of the URI");
  assert.match(label, /^(ACME & Co:)?user \d+@example\.org$/);
  assert.equal(params.issuer, label.startsWith("ACME") ? "ACME & Co" : undefined);
}

async function check() {
  let codes = 0, uris = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const key = JSON.parse(line);
    assert.equal(generateSync(options(key)), key.codes[0], line);
    assert.ok(verifySync({ ...options(key), token: key.codes[0] }).valid, line);
    codes++;
    if (key.uri) {
      checkUri(key);
      uris++;
    }
  }
  console.log(JSON.stringify({ codes, uris }));
}

function make(count) {
  for (let n = 0; n < count; n++) {
    const strategy = n % 2 ? "hotp" : "totp";
    const key = {
      strategy,
      issuer: n % 3 ? `Büro ${n} & Söhne+` : undefined,
      label: `user${n}+x@example.org`,
      secret: generateSecret({ length: 16 + (n % 49) }),
      algorithm: ["sha1", "sha256", "sha512"][n % 3],
      digits: n % 5 ? 6 : 8,
    };
    if (strategy === "hotp") key.counter = n * 1000003;
    else key.period = [30, 60, 45][n % 3];
    console.log(JSON.stringify({ uri: generateURI(key), ...key }));
  }
}

if (process.argv[2] === "make") make(Number(process.argv[3]));
else await check();
