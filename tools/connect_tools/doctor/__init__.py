"""`connect doctor --stack` and `--local`: a running app asked, where there is no request to look at."""
