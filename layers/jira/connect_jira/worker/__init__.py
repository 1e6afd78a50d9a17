"""The queue and its worker: retry policy, idempotency, tenant back-off, dead letters, results."""
