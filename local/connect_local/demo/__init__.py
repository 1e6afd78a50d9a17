"""`connect demo`: the main job, step by step, and what each step proves."""
