"""An app's data and secrets for each site, and the id that a site is found again by."""
