import jwt from "@atlassian/atlassian-jwt";

/** In the page: its own call, with a token from Jira. */
export function call(AP, path) {
  return AP.context.getToken().then((token) => fetch(path, { headers: { Authorization: `JWT ${token}` } }));
}

/** At the server: the clientKey and the account id behind that call; throws where the answer is 401. */
export function userOf(secrets, authorization) {
  const token = authorization.replace(/^JWT /i, "");
  const { iss } = jwt.decodeSymmetric(token, "", "HS256", true);
  const secret = Object.hasOwn(secrets, iss) ? secrets[iss] : undefined;
  if (!secret) throw new Error("iss-unknown");
  const { exp, qsh, sub } = jwt.decodeSymmetric(token, secret, "HS256");
  if (!(exp > Date.now() / 1000 - 30)) throw new Error("expired");
  if (qsh !== "context-qsh") throw new Error("qsh-is-not-context"); // of a page load or a webhook
  return [iss, sub];
}
