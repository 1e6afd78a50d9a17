"""Requests as API Gateway hands them over, responses as it takes them, and what a refusal becomes."""
