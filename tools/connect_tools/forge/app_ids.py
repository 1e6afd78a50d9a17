"""Ids of Forge apps."""

UNREGISTERED = "ari:cloud:ecosystem::app/invalid-run-forge-register"
"""What stands for the app's id until `forge register` writes one; Atlassian's own converter has the same."""
