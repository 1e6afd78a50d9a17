"""Who has sent a request, and with what to call a site."""
