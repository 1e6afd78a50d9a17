// Runs the fixes of the site: a line of JSON in, a line of JSON out.
import { createInterface } from 'node:readline';
import { authorization } from './sign_a_call.mjs';
import { siteOf } from './verify_a_webhook.mjs';
import { install } from './verify_an_install.mjs';
import { call as pageCall, userOf } from './verify_a_page_s_call.mjs';
import { tokenRequest } from './act_as_a_user.mjs';
import { byForge, byUser } from './call_with_an_access_token.mjs';
import { call } from './call_again.mjs';

const operations = {
  signed: ({ installed, method, url }) => authorization(installed, method, url),
  siteOf: ({ secrets, method, url, authorization }) => siteOf(secrets, method, url, authorization),
  install: ({ app_key, base_url, path, authorization, body, public_key }) =>
    install(app_key, base_url, path, authorization, body, async () => public_key),
  userOf: ({ secrets, authorization }) => userOf(secrets, authorization),
  pageCall: async ({ token, path }) => {
    globalThis.fetch = async (...request) => request;
    return pageCall({ context: { getToken: async () => token } }, path);
  },
  assertion: ({ installed, account_id }) => {
    const [url, form] = tokenRequest(installed, account_id);
    return [url, Object.fromEntries(form)];
  },
  byForge: ({ base, token, path }) => byForge(base, token, path),
  byUser: ({ base, token, path }) => byUser(base, token, path),
  again: async ({ answers }) => {
    const waits = [];
    let signed = 0;
    const send = async () => {
      const [status, headers] = answers.shift();
      return { status, headers: new Headers(headers) };
    };
    const { status } = await call(send, () => ({ Authorization: `JWT ${++signed}` }), async (wait) => waits.push(wait));
    return { status, signed, waits };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, ...question } = JSON.parse(line);
  let answer;
  try {
    answer = { value: await operations[operation](question) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
