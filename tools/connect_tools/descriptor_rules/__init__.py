"""The rules of Jira for a descriptor.

- `connect_tools.descriptor_rules.faults`: everything in one that Jira refuses; start here
- `connect_tools.descriptor_rules.schema`: what it is made of, as JSON Schema; `.modules` has the kinds of
  module, `.shapes` what these are composed of
- `connect_tools.descriptor_rules.meaning`: the rules that no schema has, such as a key that is there twice;
  `.names` has the names that Jira knows
"""
