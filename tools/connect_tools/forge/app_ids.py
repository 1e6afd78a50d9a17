"""Ids of Forge apps."""

UNREGISTERED = "ari:cloud:ecosystem::app/invalid-run-forge-register"
"""Placeholder for the app's id until `forge register` writes one; Atlassian's own converter uses the same."""
