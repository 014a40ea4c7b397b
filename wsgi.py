"""The WSGI entry: `granian --interface wsgi wsgi:app`, `flask --app wsgi …`."""

import gc

from app import create_app

app = create_app()
# What is here now stays until the end: the collector need not walk it again at every few requests.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 50, 50)
