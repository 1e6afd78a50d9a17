"""`connect job`: runs a job of the app now."""
