"""The two kinds of installation, Connect's and Forge's: rows, secrets and tokens."""
