import jwt from "@atlassian/atlassian-jwt";

/** The header for one call. `installed` is the site's last installed payload, `url` what is sent. */
export function authorization(installed, method, url) {
  const baseUrl = installed.baseUrl; // its path is no part of the hash
  const request = jwt.fromMethodAndUrl(method, url);
  const now = Math.floor(Date.now() / 1000); // seconds, just before each attempt
  const claims = {
    iss: installed.key, // the app's key, never the clientKey
    iat: now,
    exp: now + 180,
    qsh: jwt.createQueryStringHash(request, false, baseUrl),
  };
  return { Authorization: `JWT ${jwt.encodeSymmetric(claims, installed.sharedSecret, "HS256")}` };
}
