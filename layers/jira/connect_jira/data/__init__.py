"""What an app keeps for a site: its data, its secrets, and under which id a site is found again."""
