"""Functions to compare with."""
