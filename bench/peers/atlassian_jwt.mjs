// Times operations of @atlassian/atlassian-jwt: a line of JSON in, a line of JSON out, in microseconds of the processor.
import { createInterface } from 'node:readline';
import jwt from '@atlassian/atlassian-jwt';

const qshOf = ({ method, url }) => jwt.createQueryStringHash(jwt.fromMethodAndUrl(method, url));

const require = (holds) => {
  if (!holds) throw new Error('not verified');
};

const operations = {
  qsh: (asked) => qshOf(asked),
  sign: (asked) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: asked.issuer, iat: now, exp: now + 180, qsh: qshOf(asked) };
    return jwt.encodeSymmetric(claims, asked.secret, 'HS256');
  },
  verify: (asked) => require(jwt.decodeSymmetric(asked.token, asked.secret, 'HS256').qsh === qshOf(asked)),
  install: (asked) => require(jwt.decodeAsymmetric(asked.token, asked.publicKey, 'RS256').qsh === qshOf(asked)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, times, ...asked } = JSON.parse(line);
  const run = operations[operation];
  const before = process.cpuUsage();
  for (let done = 0; done < times; done += 1) run(asked);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ value: user + system })}\n`);
}
