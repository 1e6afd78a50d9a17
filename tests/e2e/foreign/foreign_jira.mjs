// Plays Jira and Atlassian's key hosts: a line of JSON in, a line of JSON out; the key hosts' URLs come first.
// Atlassian's own library hashes and signs. Only what it refuses to make is forged by hand.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import jwt from '@atlassian/atlassian-jwt';

const pem = {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
};
const keys = {
  atlassian: generateKeyPairSync('rsa', { modulusLength: 2048, ...pem }),
  stranger: generateKeyPairSync('rsa', { modulusLength: 2048, ...pem }),
  short: generateKeyPairSync('rsa', { modulusLength: 1024, ...pem }),
  elliptic: generateKeyPairSync('ec', { namedCurve: 'P-256', ...pem }),
};

// --- the key hosts ---------------------------------------------------------------------------------------

const hosts = Object.fromEntries(['first', 'second'].map((name) => [name, { published: new Map(), asked: [] }]));

for (const host of Object.values(hosts)) {
  host.server = createServer(async (question, answer) => {
    host.asked.push(question.url);
    const { key, status, seconds, drops, drips, location } = host.published.get(question.url.slice(1)) ?? { status: 404 };
    if (drops) return question.socket.destroy();
    if (seconds) await sleep(seconds * 1000, null, { ref: false });
    answer.writeHead(status, { 'Content-Type': 'text/plain', ...(location && { Location: location }) });
    const text = key ? keys[key].publicKey : 'nothing here';
    for (const character of drips ? text : []) {
      answer.write(character);
      await sleep(100, null, { ref: false });
    }
    answer.end(drips ? '' : text);
  });
}

// --- Jira ------------------------------------------------------------------------------------------------

const base64url = (text) => Buffer.from(text).toString('base64url');

function forge({ header, claims, secret, key, digest = 'sha256' }) {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  if (key) return `${signed}.${createSign(digest).update(signed).sign(keys[key].privateKey, 'base64url')}`;
  return `${signed}.${secret === null ? '' : createHmac(digest, secret).update(signed).digest('base64url')}`;
}

async function send({ port, method, target, headers, body }) {
  const started = performance.now();
  const outgoing = request({ host: '127.0.0.1', port, method, path: target, headers, agent: false });
  outgoing.on('error', () => {}); // `once` reports it while there is no answer; after that it is of no interest
  outgoing.end(Buffer.from(body, 'base64'));
  const [incoming] = await once(outgoing, 'response');
  const text = (await buffer(incoming)).toString();
  const seconds = (performance.now() - started) / 1000;
  return { status: incoming.statusCode, headers: incoming.headers, text, seconds };
}

const operations = {
  publish: ({ host, kid, ...answer }) => void hosts[host].published.set(kid, answer),
  keysAsked: ({ host }) => hosts[host].asked,
  publicKey: ({ key }) => keys[key].publicKey,
  hash: ({ method, url, baseUrl }) =>
    jwt.createQueryStringHash(jwt.fromMethodAndUrl(method, url), false, baseUrl),
  signSymmetric: ({ claims, secret, algorithm }) => jwt.encodeSymmetric(claims, secret, algorithm),
  signAsymmetric: ({ claims, key, kid }) =>
    jwt.encodeAsymmetric(claims, keys[key].privateKey, 'RS256', kid === null ? undefined : { kid }),
  forge,
  send,
};

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const listening = Object.values(hosts).map(async ({ server }) => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${server.address().port}`;
});
say({ value: await Promise.all(listening) });
for await (const line of createInterface({ input: process.stdin })) {
  const { operation, ...question } = JSON.parse(line);
  try {
    say({ value: (await operations[operation](question)) ?? null });
  } catch (error) {
    say({ error: String(error) });
  }
}
process.exit();
