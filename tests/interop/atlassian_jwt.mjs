// Answers questions about @atlassian/atlassian-jwt: a line of JSON in, a line of JSON out.
import { createInterface } from 'node:readline';
import jwt from '@atlassian/atlassian-jwt';

const operations = {
  canonical: ({ method, url, baseUrl }) =>
    jwt.createCanonicalRequest(jwt.fromMethodAndUrl(method, url), false, baseUrl),
  hash: ({ method, url, baseUrl }) =>
    jwt.createQueryStringHash(jwt.fromMethodAndUrl(method, url), false, baseUrl),
  signHs256: ({ claims, secret }) => jwt.encodeSymmetric(claims, secret, 'HS256'),
  signRs256: ({ claims, privateKey, kid }) => jwt.encodeAsymmetric(claims, privateKey, 'RS256', { kid }),
  verifyHs256: ({ token, secret }) => jwt.decodeSymmetric(token, secret, 'HS256'),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, ...question } = JSON.parse(line);
  let answer;
  try {
    answer = { value: operations[operation](question) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
