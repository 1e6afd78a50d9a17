"""The queue and what works it off: retry policy, idempotency, back-off of a tenant, dead letters, results."""
