"""What goes wrong on the laptop."""


class CommandError(Exception):
    """One sentence for whoever typed the command: what is wrong, and what to do."""
