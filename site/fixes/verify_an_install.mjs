import jwt from "@atlassian/atlassian-jwt";

const KEY_HOST = "https://connect-install-keys.atlassian.com";

/** Atlassian's public key of this kid, as PEM. */
async function publicKeyOf(kid) {
  if (!/^[\w.+-]+(\/[\w.+-]+)*$/.test(kid)) throw new Error("kid-unsafe");
  const answer = await fetch(`${KEY_HOST}/${kid}`);
  if (answer.status === 404) throw new Error("kid-unknown");
  if (!answer.ok) throw new Error("key-host-unavailable"); // answer 503, so that Jira sends it again
  return answer.text();
}

/** The payload of a genuine `installed`: overwrite what you keep of the site whose clientKey it has. */
export async function install(appKey, baseUrl, path, authorization, body, keyOf = publicKeyOf) {
  const token = authorization.replace(/^JWT /i, "");
  const claims = jwt.decodeAsymmetric(token, await keyOf(jwt.getKeyId(token)), "RS256");
  const now = Date.now() / 1000;
  const hash = jwt.createQueryStringHash(jwt.fromMethodAndUrl("POST", path), false);
  const bare = (url) => url.replace(/\/$/, "");
  if (!(claims.exp > now - 30)) throw new Error("expired");
  if (claims.qsh !== hash) throw new Error("qsh-mismatch");
  if (![claims.aud].flat().every((audience) => bare(audience) === bare(baseUrl))) throw new Error("aud-mismatch");
  const payload = JSON.parse(body); // the token does not cover it, so compare
  if (payload.clientKey !== claims.iss) throw new Error("client-key-mismatch");
  if (payload.key !== appKey) throw new Error("app-key-mismatch");
  return payload;
}
