/**
 * URL and header of a call as the app, under Forge: `apiBaseUrl` is that of the verified invocation token, and
 * `systemToken` the header `x-forge-oauth-system` that came with it.
 */
export function byForge(apiBaseUrl, systemToken, path) {
  return [`${apiBaseUrl}${path}`, { Authorization: `Bearer ${systemToken}` }];
}

/** URL and header of a call as a user, who has given a Connect app the token: to the site itself. */
export function byUser(baseUrl, accessToken, path) {
  return [`${baseUrl}${path}`, { Authorization: `Bearer ${accessToken}` }];
}
