"""Client for a site's REST API, and its parts."""
