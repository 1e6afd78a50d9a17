"""API Gateway's requests and responses, and the response to each refusal."""
