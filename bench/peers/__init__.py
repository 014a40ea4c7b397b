"""What others do with the same rows: PocketBase, Django's admin and Flask-Admin, from a venv of their own."""
