"""Connections to AWS, to Atlassian and to sites: all of them trust the same authorities.

Reading those costs more of the processor than everything else that a process does before its first answer,
and by default every host's connections do it again, for the first event to wait for. Here it is done once,
and when a function starts, for which Lambda gives a whole processor.
"""

import ssl
from functools import cache

import urllib3


def new_pool() -> urllib3.PoolManager:
    """Connections that are kept open for the next request to the same host."""
    return urllib3.PoolManager(ssl_context=trust())


@cache
def trust() -> ssl.SSLContext:
    """What all of them trust."""
    return ssl.create_default_context()
