"""The two kinds of installation, Connect's and Forge's: their rows, secrets and tokens."""
