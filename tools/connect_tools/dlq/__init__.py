"""`connect dlq`: the messages of FailedJiraCalls, whose work has failed for good."""
