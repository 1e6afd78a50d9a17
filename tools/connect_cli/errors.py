"""Errors of a command."""


class CommandError(Exception):
    """One sentence for whoever typed the command: what is wrong, and what to do."""
