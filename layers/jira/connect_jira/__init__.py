"""Who has installed the app, and how to speak to them."""
