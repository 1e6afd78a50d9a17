"""How cost and waiting grow with sites and webhooks: a simulation of the deployed stack.

`python -m bench.scale` runs it; docs/growth.md says what came of it and what it takes for granted.
"""
