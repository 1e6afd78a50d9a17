"""`connect soak`: many webhooks through the whole stack while everything fails, and none is lost."""
