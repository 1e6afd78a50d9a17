"""Registration of an app's functions, and the objects that they work with."""
