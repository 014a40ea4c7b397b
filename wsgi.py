"""The WSGI entry: `granian --interface wsgi wsgi:app`, `flask --app wsgi …`."""

import gc
import os
import signal

# A worker of granian begins with its parent's handler, which only notes a signal: one that came now would be lost.
signal.signal(signal.SIGTERM, signal.SIG_DFL)

from app import create_app  # noqa: E402 - takes a second

os.umask(0o077)  # the database, files and mails that this process writes are read by nobody else on the machine
app = create_app()
# What is here now stays until the end: the collector need not walk it again at every few requests.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 50, 50)
