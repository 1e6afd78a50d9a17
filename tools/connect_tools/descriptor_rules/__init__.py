"""What Jira demands of a descriptor.

- `connect_tools.descriptor_rules.faults`: everything in one that Jira refuses; start here
- `connect_tools.descriptor_rules.schema`: what it is made of, as JSON Schema; `.modules` has the kinds of
  module, `.shapes` what these are composed of
- `connect_tools.descriptor_rules.meaning`: what no schema says: a key twice, a scope that is missing, an
  unknown event; `.names` has the names that Jira knows
"""
