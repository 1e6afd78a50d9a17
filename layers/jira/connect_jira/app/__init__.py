"""What an app's owner registers, and what that works with."""
