"""The client for a site's REST API, and all that it is made of."""
