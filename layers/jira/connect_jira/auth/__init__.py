"""Authentication of requests, and credentials for calls to a site."""
