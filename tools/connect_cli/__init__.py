"""The `connect` command, and those of its commands that ask nobody: qsh, sign and doctor."""
