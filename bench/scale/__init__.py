"""Sites and webhooks that the stack carries, and their cost: `make scale`, for docs/growth.md."""
