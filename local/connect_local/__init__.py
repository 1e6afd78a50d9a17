"""The laptop: API Gateway, Lambda, queues and a Jira to talk to. Never deployed."""
