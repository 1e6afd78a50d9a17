"""Measurements of the project, each a command of its own. Never deployed, never part of the tests."""
