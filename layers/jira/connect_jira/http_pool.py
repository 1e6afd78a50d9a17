"""Connection pools with one shared set of trusted certificate authorities.

Loading those takes more CPU than everything else before a process's first response, and by default it happens
again for every host, while the first event waits. Here it happens once, at the start of a function, for which
Lambda gives a whole CPU.
"""

import ssl
from functools import cache

import urllib3


def new_pool() -> urllib3.PoolManager:
    """Return a pool that keeps connections open for the next request to the same host."""
    return urllib3.PoolManager(ssl_context=trust())


@cache
def trust() -> ssl.SSLContext:
    """Return the shared TLS context."""
    return ssl.create_default_context()
