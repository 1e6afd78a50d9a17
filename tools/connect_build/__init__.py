"""Steps of this repository's build, run by make. Part of no distribution."""
