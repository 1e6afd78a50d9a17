"""The site: the documentation and the doctor as static files, which ask no other host for anything."""
