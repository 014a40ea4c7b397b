"""A plan recorded from a file: what stood there, what was understood, what it would change, and then the change."""
