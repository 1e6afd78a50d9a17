"""What has happened or is asked for, and its form in the queue."""
