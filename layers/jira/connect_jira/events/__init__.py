"""Events and requests, and their form in the queue."""
