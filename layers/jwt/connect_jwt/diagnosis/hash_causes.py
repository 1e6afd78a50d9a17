"""Causes and fixes for a wrong `qsh` claim."""

HASH_CAUSES = {
    "qsh-missing": (
        "Without qsh the token is bound to no request.",
        "Add qsh, the hash of the canonical request.",
    ),
    "qsh-mismatch": (
        "The token is bound to another request than the one it came with.",
        "Hash METHOD&path&query of exactly what is sent; `connect qsh METHOD URL` shows it.",
    ),
    "qsh-context-path": (
        "The path that is hashed begins after the base URL's own path.",
        "Leave the base URL's path (such as /wiki or /jira) out of the canonical request, and nothing else.",
    ),
    "qsh-full-url": (
        "Scheme and host are no part of the canonical request.",
        "Hash the path only.",
    ),
    "qsh-query-missing": (
        "All parameters that are sent are hashed, and only those.",
        "Hash the query that is sent; add no parameter after signing.",
    ),
    "qsh-query-encoding": (
        "Names and values are percent-encoded: space %20, + %2B, * %2A, upper-case hex, a bare ~.",
        'Encode with quote(text, safe="-._~"), once, and let no HTTP client encode again.',
    ),
    "qsh-repeated-values": (
        "A repeated parameter is one entry, its values sorted as they are and joined by a literal comma.",
        "Write name=first,second; a comma inside a value is %2C.",
    ),
    "qsh-parameter-order": (
        "Parameters are sorted by their encoded names.",
        "Sort by encoded name, by code unit, before joining.",
    ),
    "qsh-trailing-slash": (
        "The hashed path does not end in a slash.",
        "Remove one trailing slash from the path.",
    ),
    "qsh-method": (
        "The method is part of the hash, in upper case.",
        "Sign for the method that is sent.",
    ),
    "qsh-stage-prefix": (
        "The stage in the app's base URL is no part of the hashed path.",
        "Cut the base URL's path, stage included, off the path before hashing.",
    ),
    "qsh-jwt-parameter-included": (
        "The token cannot hash itself.",
        "Leave the parameter jwt out of the hash.",
    ),
    "qsh-decoded-path": (
        "One side hashed the path as it is sent, the other as it reads when percent-decoded.",
        "Hash the path as it is sent; best use paths that have nothing to encode.",
    ),
    "qsh-form-body": (
        "Jira's servlet counts the fields of a form among the query's parameters, and the token does not.",
        "Send JSON.",
    ),
    "form-encoded-body": (
        "Jira's servlet counts the fields of a form among the query's parameters.",
        "Send JSON; never a form with a Connect token.",
    ),
    "qsh-is-context": (
        "A context token is bound to no request, and is taken from a page in the browser only.",
        "Compute qsh for this request.",
    ),
    "qsh-is-not-context": (
        "A page's own calls carry a context token, whose qsh is the literal context-qsh.",
        "Get the token with AP.context.getToken().",
    ),
    "qsh-body-hashed": (
        "No body is part of the hash, but for the fields of a form in a POST to Jira.",
        "Hash the method, the path and the query of the URL, and nothing of a JSON body.",
    ),
    "qsh-separators": (
        "A canonical request is METHOD&path&query, with both & even where there is no query.",
        "Join the three by & alone; the query begins without its ?.",
    ),
    "qsh-not-hex": (
        "The hash is compared as text: 64 hex digits in small letters.",
        "Write hexdigest(): no base64, no capitals, no prefix and nothing around it.",
    ),
    "qsh-other-digest": (
        "The hash is SHA-256 of the canonical request in UTF-8, without a key.",
        "Use sha256(canonical.encode()).hexdigest(); HMAC and the secret are for the signature only.",
    ),
    "qsh-not-hashed": (
        "The claim is the SHA-256 of the canonical request, not the request itself.",
        "Put sha256(canonical.encode()).hexdigest() into the claim.",
    ),
    "qsh-letter-case": (
        "Only the method is in capitals; path and query keep their letters.",
        "Change no letter of the path or the query before hashing.",
    ),
    "qsh-part-missing": (
        "Method, path and query are all hashed; a variable that was never set has taken the place of one.",
        "See which variable is empty when the hash is made.",
    ),
    "qsh-other-version": (
        "The path that is hashed is the one that is sent, with the version of the API in it.",
        "Sign the URL that is sent: the client may have put another version into it.",
    ),
}
