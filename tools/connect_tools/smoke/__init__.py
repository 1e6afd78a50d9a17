"""`connect smoke`: is a deployment whole?"""
