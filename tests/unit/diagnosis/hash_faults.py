"""Ways to get the hash wrong, each with the request, what was hashed, what is to be hashed, and the codes.

All canonical requests are written out, as a person or a library writes them.
"""

from dataclasses import dataclass

from connect_jwt.diagnosis import Evidence
from tests.unit.diagnosis.signed import APP_URL, SITE_URL, app_token, call, site_token, webhook

PATH, SEARCH, PAGE = "/rest/api/3/search", f"{SITE_URL}/rest/api/3/search", f"{APP_URL}/pages/board"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class HashFault:
    """A request to Jira; `Inbound` is one to the app."""

    codes: str
    url: str
    hashed: str
    right: str
    method: str = "GET"
    base_url: str | None = SITE_URL
    body: str | None = None

    def evidence(self, canonical: str) -> Evidence:
        headers = FORM if self.body is not None else {}
        return call(app_token(canonical), **self._request(), body=self.body, headers=headers)

    def _request(self) -> dict[str, object]:
        return {"method": self.method, "url": self.url, "base_url": self.base_url}


@dataclass(frozen=True)
class WithBody(HashFault):
    """A request to Jira whose body is no form."""

    content_type: str = "application/json"

    def evidence(self, canonical: str) -> Evidence:
        headers = {"Content-Type": self.content_type}
        return call(app_token(canonical), **self._request(), body=self.body, headers=headers)


@dataclass(frozen=True)
class Inbound(HashFault):
    def evidence(self, canonical: str) -> Evidence:
        return webhook(site_token(canonical), **self._request())


def query(codes: str, sent: str, hashed: str, right: str) -> HashFault:
    """A request whose query was hashed wrong."""
    return HashFault(codes, f"{SEARCH}?{sent}", f"GET&{PATH}&{hashed}", f"GET&{PATH}&{right}")


ENCODINGS = {
    "quote_plus": query("qsh-query-encoding", "q=a%20b*", "q=a+b%2A", "q=a%20b%2A"),
    "Java's URLEncoder": query("qsh-query-encoding", "q=a+b*~", "q=a+b*%7E", "q=a%20b%2A~"),
    "encodeURIComponent": query("qsh-query-encoding", "q=(a)!'*", "q=(a)!'*", "q=%28a%29%21%27%2A"),
    "JavaScript's escape": query(
        "qsh-query-encoding", "q=%C3%A9%E2%82%AC", "q=%E9%u20AC", "q=%C3%A9%E2%82%AC"
    ),
    "Latin-1": query("qsh-query-encoding", "q=%C3%A9%C3%BC", "q=%E9%FC", "q=%C3%A9%C3%BC"),
    "the value and not the name": query(
        "qsh-query-encoding", "a%5B0%5D=x%3Ay", "a[0]=x%3Ay", "a%5B0%5D=x%3Ay"
    ),
    "the name and not the value": query(
        "qsh-query-encoding", "a%5B0%5D=x%3Ay", "a%5B0%5D=x:y", "a%5B0%5D=x%3Ay"
    ),
    "a plus taken for a plus": query("qsh-query-encoding", "q=a+b", "q=a%2Bb", "q=a%20b"),
    "decoded twice": query("qsh-query-encoding", "q=a%2520b", "q=a%20b", "q=a%2520b"),
    "the encoded value encoded": query("qsh-query-encoding", "q=a%2Cb+c", "q=a%252Cb%2Bc", "q=a%2Cb%20c"),
    "HTML's ampersands": query("qsh-query-encoding", "a=1&b=2", "a=1&amp;b=2", "a=1&b=2"),
    "encoded once more, as sent": query(
        "qsh-query-encoding qsh-parameter-order", "b=%20&a=%3A", "b=%2520&a=%253A", "a=%3A&b=%20"
    ),
    "a list taken apart": query("qsh-query-encoding", "q=b%2Ca", "q=a,b", "q=b%2Ca"),
    "one blob": query("qsh-query-encoding", "a=1&b=2", "a%3D1%26b%3D2", "a=1&b=2"),
    "an object": query("qsh-query-encoding", "a=1&b=2", '{"a":"1","b":"2"}', "a=1&b=2"),
    "encodeURI": query(
        "qsh-query-encoding", "q=a%20b,c:d%5B0%5D", "q=a%20b,c:d%5B0%5D", "q=a%20b%2Cc%3Ad%5B0%5D"
    ),
    "brackets and colons left alone": query(
        "qsh-query-encoding", "q%5B0%5D=a%3Ab%20c", "q[0]=a:b%20c", "q%5B0%5D=a%3Ab%20c"
    ),
    "Python's quote": query("qsh-query-encoding", "q=a/b%20c", "q=a/b%20c", "q=a%2Fb%20c"),
    "lower-case hex": query("qsh-query-encoding", "q=%C3%A9%2C", "q=%c3%a9%2c", "q=%C3%A9%2C"),
    "tilde encoded": query("qsh-query-encoding", "q=~%20", "q=%7E%20", "q=~%20"),
    "encoded twice": query("qsh-query-encoding", "q=a%20b", "q=a%2520b", "q=a%20b"),
    "not encoded": query("qsh-query-encoding", "jql=a%20%3D%20b", "jql=a = b", "jql=a%20%3D%20b"),
    "not encoded, beyond ASCII": query("qsh-query-encoding", "q=%E5%AE%AE", "q=宮", "q=%E5%AE%AE"),
    "as it is sent": query("qsh-query-encoding", "a=x+y&b=(z)", "a=x+y&b=(z)", "a=x%20y&b=%28z%29"),
    "as it is sent, sorted": query(
        "qsh-query-encoding", "b=(z)&a=x+%2by", "a=x+%2by&b=(z)", "a=x%20%2By&b=%28z%29"
    ),
    "as one blob": query("qsh-query-encoding", "a=1&b=2", "a%3D1%26b%3D2", "a=1&b=2"),
    "no equals sign": query("qsh-query-encoding", "a&b=2", "a&b=2", "a=&b=2"),
}

REPEATS = {
    "pairs of their own": query("qsh-repeated-values", "id=1&id=2", "id=1&id=2", "id=1,2"),
    "pairs of their own, as sent": query("qsh-repeated-values", "id=2&id=1", "id=2&id=1", "id=1,2"),
    "joined by semicolons": query("qsh-repeated-values", "id=1&id=2", "id=1;2", "id=1,2"),
    "joined by a comma and a blank": query("qsh-repeated-values", "id=1&id=2", "id=1, 2", "id=1,2"),
    "joined by nothing": query("qsh-repeated-values", "id=1&id=2", "id=12", "id=1,2"),
    "brackets of PHP": query("qsh-repeated-values", "id=2&id=1", "id%5B%5D=1,2", "id=1,2"),
    "without the brackets of PHP": query(
        "qsh-repeated-values", "id%5B%5D=1&id%5B%5D=2", "id=1,2", "id%5B%5D=1,2"
    ),
    "the last only": query("qsh-repeated-values", "id=1&id=2&x=y", "id=2&x=y", "id=1,2&x=y"),
    "the first only": query("qsh-repeated-values", "id=1&id=2&x=y", "id=1&x=y", "id=1,2&x=y"),
    "joined as sent": query("qsh-repeated-values", "id=2&id=1", "id=2,1", "id=1,2"),
    "sorted as encoded": query("qsh-repeated-values", "id=.1&id=:1", "id=%3A1,.1", "id=.1,%3A1"),
    "the comma encoded": query("qsh-repeated-values", "id=1&id=2", "id=1%2C2", "id=1,2"),
    "the comma encoded, as sent": query("qsh-repeated-values", "id=2&id=1", "id=2%2C1", "id=1,2"),
}

ORDERS = {
    "as sent": query("qsh-parameter-order", "b=2&a=1&c=3", "b=2&a=1&c=3", "a=1&b=2&c=3"),
    "as sent, encoded right": query("qsh-parameter-order", "b=a+b&a=1", "b=a%20b&a=1", "a=1&b=a%20b"),
    "by the raw names, as in JavaScript": query(
        "qsh-parameter-order", "a.b=1&a%5B0%5D=2", "a.b=1&a%5B0%5D=2", "a%5B0%5D=2&a.b=1"
    ),
    "by their values": query("qsh-parameter-order", "a=9&b=1&c=5", "b=1&c=5&a=9", "a=9&b=1&c=5"),
    "from behind": query("qsh-parameter-order", "a=1&b=2&c=3", "c=3&b=2&a=1", "a=1&b=2&c=3"),
    "capitals among the small letters": query("qsh-parameter-order", "B=2&a=1", "a=1&B=2", "B=2&a=1"),
    "sorted with their values": query("qsh-parameter-order", "a=1&a-b=2", "a-b=2&a=1", "a=1&a-b=2"),
}

PARAMETERS = {
    "no query": query("qsh-query-missing", "a=1&b=2", "", "a=1&b=2"),
    "one added by the client": query("qsh-query-missing", "a=1&b=2&c=3", "a=1&b=2", "a=1&b=2&c=3"),
    "the second left out": query("qsh-query-missing", "a=1&b=2&c=3", "a=1&c=3", "a=1&b=2&c=3"),
    "two of four": query("qsh-query-missing", "a=1&b=2&c=3&d=4", "b=2&d=4", "a=1&b=2&c=3&d=4"),
    "one value added": query("qsh-query-missing", "id=1&id=2&id=3", "id=1,2", "id=1,2,3"),
    "the last of many": query(
        "qsh-query-missing",
        "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10",
        "a=1&b=2&c=3&d=4&e=5&f=6&g=7",
        "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10",
    ),
    "one without a value": query("qsh-query-missing", "a=&b=2", "b=2", "a=&b=2"),
}

PATHS = {
    "/wiki, which is known": HashFault(
        "qsh-context-path",
        f"{SITE_URL}/wiki/rest/api/space?limit=5",
        "GET&/wiki/rest/api/space&limit=5",
        "GET&/rest/api/space&limit=5",
        base_url=f"{SITE_URL}/wiki",
    ),
    "/wiki, which is not": HashFault(
        "qsh-context-path",
        f"{SITE_URL}/wiki/rest/api/space",
        "GET&/wiki/rest/api/space&",
        "GET&/rest/api/space&",
        base_url=None,
    ),
    "/jira": HashFault(
        "qsh-context-path",
        "https://jira.example.com/jira/rest/api/2/myself",
        "GET&/jira/rest/api/2/myself&",
        "GET&/rest/api/2/myself&",
        base_url="https://jira.example.com/jira/",
    ),
    "/jira, and an ampersand": HashFault(
        "qsh-context-path",
        "https://jira.example.com/jira/rest/a&b",
        "GET&/jira/rest/a%26b&",
        "GET&/rest/a%26b&",
        base_url="https://jira.example.com/jira",
    ),
    "a context path that is none": HashFault(
        "qsh-context-path", f"{SEARCH}/1", "GET&/jira/rest/api/3/search/1&", "GET&/rest/api/3/search/1&"
    ),
    "too much cut off": HashFault("qsh-context-path", SEARCH, "GET&/api/3/search&", f"GET&{PATH}&"),
    "the stage": Inbound(
        "qsh-stage-prefix",
        f"{APP_URL}/prod/webhooks/issue?x=1",
        "POST&/prod/webhooks/issue&x=1",
        "POST&/webhooks/issue&x=1",
        method="POST",
        base_url=f"{APP_URL}/prod",
    ),
    "the stage, which the front door cuts off": Inbound(
        "qsh-stage-prefix",
        f"{PAGE}?a=1",
        "GET&/prod/pages/board&a=1",
        "GET&/pages/board&a=1",
        base_url=APP_URL,
    ),
    "a stage of another name, cut off": Inbound(
        "qsh-stage-prefix", PAGE, "GET&/blue/pages/board&", "GET&/pages/board&", base_url=f"{APP_URL}/blue"
    ),
    "a slash at the end": HashFault("qsh-trailing-slash", f"{SEARCH}/", f"GET&{PATH}/&", f"GET&{PATH}&"),
    "a slash that is not sent": HashFault("qsh-trailing-slash", SEARCH, f"GET&{PATH}/&", f"GET&{PATH}&"),
    "two slashes": Inbound("qsh-trailing-slash", f"{PAGE}//", "GET&/pages/board//&", "GET&/pages/board/&"),
    "every slash cut off": Inbound(
        "qsh-trailing-slash", f"{PAGE}//", "GET&/pages/board&", "GET&/pages/board/&"
    ),
    "a second slash in front": HashFault("qsh-trailing-slash", SEARCH, f"GET&/{PATH}&", f"GET&{PATH}&"),
    "in capitals": HashFault("qsh-letter-case", SEARCH, f"GET&{PATH.upper()}&", f"GET&{PATH}&"),
    "in small letters": HashFault(
        "qsh-letter-case", f"{SITE_URL}/rest/DEMO-1", "GET&/rest/demo-1&", "GET&/rest/DEMO-1&"
    ),
    "a plus for a blank": HashFault(
        "qsh-decoded-path", f"{SEARCH}/a%20b+c", f"GET&{PATH}/a b c&", f"GET&{PATH}/a%20b+c&"
    ),
    "its slashes encoded": HashFault(
        "qsh-decoded-path", SEARCH, "GET&%2Frest%2Fapi%2F3%2Fsearch&", f"GET&{PATH}&"
    ),
    "the fragment": HashFault("qsh-decoded-path", f"{SEARCH}#top", f"GET&{PATH}#top&", f"GET&{PATH}&"),
    "no slash in front": HashFault("qsh-trailing-slash", SEARCH, f"GET&{PATH[1:]}&", f"GET&{PATH}&"),
    "no path for the root": HashFault("qsh-trailing-slash", f"{SITE_URL}/?a=1", "GET&&a=1", "GET&/&a=1"),
    "decoded": HashFault(
        "qsh-decoded-path", f"{SEARCH}/a%20b%2Fc", f"GET&{PATH}/a b/c&", f"GET&{PATH}/a%20b%2Fc&"
    ),
    "decoded, with an ampersand": HashFault(
        "qsh-decoded-path", f"{SEARCH}/a%20b&c", f"GET&{PATH}/a b%26c&", f"GET&{PATH}/a%20b%26c&"
    ),
    "encoded": HashFault(
        "qsh-decoded-path", f"{SEARCH}/a:b@c", f"GET&{PATH}/a%3Ab%40c&", f"GET&{PATH}/a:b@c&"
    ),
    "encoded twice": HashFault(
        "qsh-decoded-path", f"{SEARCH}/a%20b", f"GET&{PATH}/a%2520b&", f"GET&{PATH}/a%20b&"
    ),
}

REST = {
    "another method": HashFault("qsh-method", SEARCH, f"GET&{PATH}&", f"PUT&{PATH}&", method="PUT"),
    "the method in small letters": HashFault(
        "qsh-method", SEARCH, f"post&{PATH}&", f"POST&{PATH}&", method="POST"
    ),
    "the whole URL": HashFault("qsh-full-url", f"{SEARCH}?a=1", f"GET&{SEARCH}&a=1", f"GET&{PATH}&a=1"),
    "the host": HashFault(
        "qsh-full-url", f"{SEARCH}?a=1", f"GET&site.atlassian.net{PATH}&a=1", f"GET&{PATH}&a=1"
    ),
    "the whole URL with its query": HashFault(
        "qsh-full-url", f"{SEARCH}?a=1", f"GET&{SEARCH}?a=1&a=1", f"GET&{PATH}&a=1"
    ),
    "the whole URL with its query, and no more": HashFault(
        "qsh-full-url qsh-query-missing", f"{SEARCH}?a=1", f"GET&{SEARCH}?a=1&", f"GET&{PATH}&a=1"
    ),
    "a placeholder for the token": HashFault(
        "qsh-jwt-parameter-included", f"{SEARCH}?a=1&z=2", f"GET&{PATH}&a=1&jwt=&z=2", f"GET&{PATH}&a=1&z=2"
    ),
    "the fields of a form": HashFault(
        "qsh-form-body",
        f"{SEARCH}?z=1",
        f"POST&{PATH}&z=1",
        f"POST&{PATH}&jql=a%20b&z=1",
        method="POST",
        body="jql=a+b",
    ),
    "nothing but the fields of a form": HashFault(
        "qsh-form-body", SEARCH, f"POST&{PATH}&", f"POST&{PATH}&a=1", method="POST", body="a=1"
    ),
    "a parameter that is not sent": query("", "a=1", "a=1&b=2", "a=1"),
}

COMBINED = {
    "/wiki and quote_plus": HashFault(
        "qsh-context-path qsh-query-encoding",
        f"{SITE_URL}/wiki/rest/api/search?cql=a%20b",
        "GET&/wiki/rest/api/search&cql=a+b",
        "GET&/rest/api/search&cql=a%20b",
        base_url=f"{SITE_URL}/wiki",
    ),
    "/wiki and the whole URL": HashFault(
        "qsh-full-url",
        f"{SITE_URL}/wiki/rest/api/search",
        f"GET&{SITE_URL}/wiki/rest/api/search&",
        "GET&/rest/api/search&",
        base_url=f"{SITE_URL}/wiki",
    ),
    "a slash at the end and no query": HashFault(
        "qsh-trailing-slash qsh-query-missing", f"{SEARCH}/?a=1", f"GET&{PATH}/&", f"GET&{PATH}&a=1"
    ),
    "decoded and in another order": HashFault(
        "qsh-decoded-path qsh-parameter-order",
        f"{SEARCH}/a%20b?b=2&a=1",
        f"GET&{PATH}/a b&b=2&a=1",
        f"GET&{PATH}/a%20b&a=1&b=2",
    ),
    "another method and no query": HashFault(
        "qsh-method qsh-query-missing", f"{SEARCH}?a=1", f"GET&{PATH}&", f"POST&{PATH}&a=1", method="POST"
    ),
    "another method and a slash at the end": HashFault(
        "qsh-method qsh-trailing-slash", f"{SEARCH}/", f"GET&{PATH}/&", f"POST&{PATH}&", method="POST"
    ),
    "urlencode(sorted(pairs))": query(
        "qsh-repeated-values qsh-query-encoding", "q=a%20b&id=2&id=1", "id=1&id=2&q=a+b", "id=1,2&q=a%20b"
    ),
    "verbatim, sorted": query(
        "qsh-repeated-values qsh-query-encoding", "q=(a)&id=1&id=2", "id=1&id=2&q=(a)", "id=1,2&q=%28a%29"
    ),
    "verbatim, as sent": query(
        "qsh-repeated-values qsh-query-encoding",
        "q=(a)&id=2&b&id=1",
        "q=(a)&id=2&b&id=1",
        "b=&id=1,2&q=%28a%29",
    ),
    "not encoded and as sent": query(
        "qsh-query-encoding qsh-parameter-order", "b=x%20y&a=%3A", "b=x y&a=:", "a=%3A&b=x%20y"
    ),
    "the stage and lower-case hex": Inbound(
        "qsh-stage-prefix qsh-query-encoding",
        f"{APP_URL}/prod/webhooks/issue?q=%C3%A9",
        "GET&/prod/webhooks/issue&q=%c3%a9",
        "GET&/webhooks/issue&q=%C3%A9",
        base_url=f"{APP_URL}/prod",
    ),
}

HASH_FAULTS = {
    f"{kind}: {name}": fault
    for kind, faults in {
        "encoding": ENCODINGS,
        "repeated values": REPEATS,
        "order": ORDERS,
        "parameters": PARAMETERS,
        "path": PATHS,
        "other": REST,
        "combined": COMBINED,
    }.items()
    for name, fault in faults.items()
}
