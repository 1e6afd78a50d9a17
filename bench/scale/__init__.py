"""How many sites and webhooks the stack carries, and what that costs: `make scale`, for docs/growth.md."""
