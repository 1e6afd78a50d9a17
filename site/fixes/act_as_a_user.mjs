import jwt from "@atlassian/atlassian-jwt";

const SERVER = "https://oauth-2-authorization-server.services.atlassian.com";

/** URL and form of the POST that gives a user's access token. The app has the scope ACT_AS_USER. */
export function tokenRequest(installed, accountId) {
  const now = Math.floor(Date.now() / 1000);
  const assertion = jwt.encodeSymmetric({
    iss: `urn:atlassian:connect:clientid:${installed.oauthClientId}`,
    sub: `urn:atlassian:connect:useraccountid:${accountId}`, // no user key: those are gone
    tnt: installed.baseUrl,
    aud: SERVER,
    iat: now,
    exp: now + 60,
  }, installed.sharedSecret, "HS256");
  const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  return [`${SERVER}/oauth2/token`, new URLSearchParams({ grant_type: grant, assertion })];
}
