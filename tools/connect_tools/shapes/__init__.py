"""Shapes recorded of the real world: gathered, compared, printed."""
