"""Causes and fixes for a wrong token or a wrong way of sending it."""

TOKEN_CAUSES = {
    "iss-is-client-key": (
        "Jira looks the issuer up among the keys of installed apps, and the clientKey is no app's key.",
        "Sign with iss = your descriptor's key. The clientKey is the issuer only when Jira calls the app.",
    ),
    "iss-unknown": (
        "The receiver knows no such issuer.",
        "Towards Jira, iss is exactly the descriptor's key, with no prefix; towards the app, the clientKey.",
    ),
    "iss-is-app-key": (
        "A request to the app is issued by a site, so iss must be a clientKey.",
        "Sign what goes to the app as the site does: iss = clientKey.",
    ),
    "sub-present": (
        "A sub was once impersonation; today Jira ignores it, or refuses the token with 401 or 403.",
        "Leave sub out. To act as a user, exchange a JWT-bearer assertion for an access token.",
    ),
    "client-key-mismatch": (
        "The token was made for another site than the body speaks of.",
        "Send each site's token with that site's own payload.",
    ),
    "app-key-mismatch": (
        "The payload is meant for another app.",
        "Check which descriptor the site has installed; every stage has a key of its own.",
    ),
    "secret-mismatch": (
        "The signature was not made with the site's sharedSecret.",
        "Sign with the sharedSecret of the last installed payload of this site, as it is.",
    ),
    "secret-previous": (
        "A reinstall has replaced this secret; Jira no longer accepts it.",
        "Overwrite the stored secret on every installed, and read it afresh when Jira answers 401.",
    ),
    "secret-is-base64-decoded": (
        "The key is the UTF-8 bytes of the sharedSecret, not what they decode to.",
        "Use the sharedSecret as the string it is; do not base64-decode it.",
    ),
    "secret-of-another-tenant": (
        "Each site has a secret of its own.",
        "Look the secret up by this site's clientKey.",
    ),
    "signature-mismatch": (
        "The signature was not made with the private half of the key that kid names.",
        "Only Atlassian can sign this request; if it did, the request was changed on its way.",
    ),
    "expired": (
        "The token was past its time.",
        "Sign just before sending, once per attempt, and set the clock.",
    ),
    "not-yet-valid": (
        "By the receiver's clock the token is from the future.",
        "Set the clock of the sender.",
    ),
    "lifetime-too-long": (
        "The token is valid for too long.",
        "Let exp be iat + 180.",
    ),
    "exp-missing": (
        "A token must say when it ends.",
        "Add exp, in whole Unix seconds: iat + 180.",
    ),
    "iat-missing": (
        "A token must say when it was made.",
        "Add iat, in whole Unix seconds.",
    ),
    "time-not-integer": (
        "RFC 7519 allows fractions of a second; Jira's reader takes whole numbers of seconds only.",
        "Use int(time.time()): no float, no string, no ms.",
    ),
    "alg-not-hs256": (
        "This request is signed HS256 and with nothing else.",
        "Sign with HS256 and the sharedSecret.",
    ),
    "alg-not-rs256": (
        "Atlassian signs installed, uninstalled and what Forge sends itself: RS256, with keys of its own.",
        "Nobody but Atlassian can make this token; take it for forged.",
    ),
    "alg-none": (
        "The token is not signed.",
        "Sign it.",
    ),
    "crit-not-understood": (
        "What crit names must be understood, and Connect and Forge know no extension of the header.",
        "Leave crit out of the header. Atlassian never sends it: towards the app, take it for forged.",
    ),
    "scheme-not-jwt": (
        "The scheme of a Connect token is the word JWT; Bearer is for OAuth and Forge tokens.",
        "Send Authorization: JWT <token>.",
    ),
    "oauth-token-with-jwt-scheme": (
        "This is an access token of OAuth or Forge, not a Connect token.",
        "Send it as Authorization: Bearer <token>, to api.atlassian.com/ex/jira/<cloudId>.",
    ),
    "token-missing": (
        "The request carries no token.",
        "Send Authorization: JWT <token>; see whether a proxy drops it.",
    ),
    "token-twice": (
        "Two different tokens leave open which one counts.",
        "Send one token, in one place.",
    ),
    "token-malformed": (
        "It is no compact JWT of three parts.",
        "Send the whole token, unchanged, and nothing around it.",
    ),
    "token-too-large": (
        "No token of Jira's is anywhere near this size.",
        "Keep a token below 8 KiB.",
    ),
    "kid-missing": (
        "An install's token names the key it was signed with.",
        "Take it for forged.",
    ),
    "kid-unknown": (
        "None of the cloud's key hosts has such a key.",
        "See whether AtlassianCloud is the site's cloud; else take it for forged.",
    ),
    "kid-unsafe": (
        "A kid becomes part of the URL that the key is fetched from, and this one could lead elsewhere.",
        "One to eight words of letters, digits and ._+-, joined by single slashes, are taken.",
    ),
    "aud-missing": (
        "An install's token names the app that it is for.",
        "Take it for forged.",
    ),
    "aud-mismatch": (
        "The install was meant for another app, or for another address of this one.",
        "Set the app's base URL to exactly what its descriptor says.",
    ),
    "wrong-host": (
        "A token is good for the site whose secret signed it, at that site's own address.",
        "Call the baseUrl of the site's last installed payload; api.atlassian.com takes no Connect token.",
    ),
    "time-not-in-seconds": (
        "Times are Unix seconds; milliseconds lie tens of thousands of years ahead.",
        "Divide by 1000 and round down: Math.floor(Date.now() / 1000), System.currentTimeMillis() / 1000.",
    ),
    "token-decorated": (
        "What follows the scheme is read as the token, so whatever stands around it makes it another.",
        "Send the scheme, one blank and the bare token: Authorization: JWT eyJ….",
    ),
    "token-misplaced": (
        "A token is looked for in the Authorization header and in the URL's parameter jwt only.",
        "Send it as Authorization: JWT <token>.",
    ),
    "api-token": (
        "An API token belongs to a person or a service account; an app signs a token for each call.",
        "Sign with iss = the app's key; an API token goes as Basic, with the e-mail address.",
    ),
    "secret-not-verbatim": (
        "The key is the bytes of the sharedSecret, and one more or less makes another key.",
        "Use the secret as installed brought it; when it is read from a file, cut the line break off.",
    ),
    "secret-is-another-value": (
        "The secret was empty or never set, or another value was taken for it.",
        "Sign with sharedSecret of the site's last installed payload; refuse to sign without one.",
    ),
    "signature-missing": (
        "A token without a signature proves nothing.",
        "Sign with HS256, and send all three parts.",
    ),
    "signature-not-base64url": (
        "The third part of a token is the signature's bytes in base64url, once.",
        "Encode the digest itself: base64url(hmac.digest()), not its hexdigest().",
    ),
    "signature-not-hs256": (
        "HS256 is HMAC-SHA-256 with the secret, of the first two parts as they are sent.",
        "Let a JWT library sign, or HMAC-SHA-256 the text header.claims in base64url.",
    ),
    "invocation-token-to-jira": (
        "An invocation token proves to the app that Forge calls; to Jira it proves nothing.",
        "Call Jira with the system token, which comes as x-forge-oauth-system: as Bearer.",
    ),
    "invocation-token-misrouted": (
        "Forge's invocation token has come to a route that takes Connect's tokens only.",
        "Let the endpoint's route in the manifest lead to /forge/ or /api/.",
    ),
    "scheme-not-bearer": (
        "Forge's routes take Forge's invocation tokens only, with the scheme Bearer.",
        "Let Connect's modules lead to Connect's routes, and Forge's endpoints to /forge/ and /api/.",
    ),
    "user-assertion": (
        "This is an assertion for the authorization server; Jira takes what that gives for it.",
        "Exchange it there, grant_type urn:ietf:params:oauth:grant-type:jwt-bearer; call with Bearer.",
    ),
    "user-key-gone": (
        "User keys are gone since 2019; users are named by their account ids.",
        "Let sub be urn:atlassian:connect:useraccountid:<accountId>.",
    ),
    "access-token-to-app": (
        "An access token is for Atlassian's APIs; to the app it proves nothing.",
        "Call the app with AP.context.getToken(), or under Forge with requestRemote or invokeRemote.",
    ),
    "webhook-of-oauth-app": (
        "An OAuth 2.0 app has registered this webhook; it is signed with that app's client secret.",
        "It is not this app's: have its owner delete it, by DELETE /rest/api/3/webhook with the OAuth app.",
    ),
    "webhook-made-by-hand": (
        "It was made in Jira's administration; it knows no app, and at most a secret of its own signs it.",
        "Delete it there, and declare the webhook in the descriptor: Jira then signs it for the app.",
    ),
    "disabled-without-token": (
        "Jira sends disabled without a token when the app was uninstalled before: AC-2561.",
        "Nothing: the app answers 401 and is right, and Jira does not look.",
    ),
}
