"""The app as Forge is told of it: a manifest, written from the descriptor."""
