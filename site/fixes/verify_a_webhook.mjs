import jwt from "@atlassian/atlassian-jwt";

/**
 * The clientKey of the site that sent a request; throws where the answer is 401.
 * `secrets` has each site's sharedSecret by its clientKey, `url` is the path below the app's base URL with its
 * query as it arrived.
 */
export function siteOf(secrets, method, url, authorization) {
  const token = authorization?.match(/^JWT (\S+)$/i)?.[1] ?? new URLSearchParams(url.split("?")[1]).get("jwt");
  const { iss } = jwt.decodeSymmetric(token, "", "HS256", true); // who says to have sent it: proves nothing yet
  const secret = Object.hasOwn(secrets, iss) ? secrets[iss] : undefined;
  if (!secret) throw new Error("iss-unknown");
  const { exp, qsh } = jwt.decodeSymmetric(token, secret, "HS256"); // HS256, whatever the token's header says
  if (!(exp > Date.now() / 1000 - 30)) throw new Error("expired");
  const hash = jwt.createQueryStringHash(jwt.fromMethodAndUrl(method, url), false);
  if (qsh !== hash) throw new Error("qsh-mismatch");
  return iss;
}
