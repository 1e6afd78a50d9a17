"""`connect call`: a signed call to Jira, as the app of a stack."""
