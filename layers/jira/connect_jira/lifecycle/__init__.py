"""What installed, uninstalled and upgraded change, as Connect and as Forge tell of it."""
