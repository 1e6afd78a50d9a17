"""The operator's tools: the commands that work on any stack of this project, on AWS or on a laptop."""
