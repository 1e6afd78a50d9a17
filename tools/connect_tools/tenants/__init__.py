"""`connect tenants`: the sites that have the app, and what is kept of them."""
