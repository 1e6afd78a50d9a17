"""Changes by lifecycle events (installed, uninstalled, upgraded) of Connect and Forge."""
