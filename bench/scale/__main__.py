"""The command, see `bench.scale.command`."""

from bench.scale.command import main

main()
