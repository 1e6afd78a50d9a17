"""AWS on a laptop: what template.yaml says, run in this process and its children."""
