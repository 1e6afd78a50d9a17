"""`connect init`: the repository becomes an app of one's own."""
