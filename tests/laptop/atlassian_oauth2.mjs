// Asks for access tokens with atlassian-oauth2: a line of JSON in, a line of JSON out.
import { createInterface } from 'node:readline';
import oauth2 from 'atlassian-oauth2';

const operations = { getAccessToken: ({ options }) => oauth2.getAccessToken(options) };

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, ...question } = JSON.parse(line);
  let answer;
  try {
    answer = { value: await operations[operation](question) };
  } catch (error) {
    answer = { error: JSON.stringify(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
