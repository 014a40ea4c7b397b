"""What production starts with, and would better not."""

import os
from collections.abc import Iterator

from flask import current_app

from app.db import db, is_sqlite


def settings() -> Iterator[str]:
    config = current_app.config
    if config["ENVIRONMENT"] != "production":
        return
    if config["PROXY_COUNT"] == 0:
        yield "PROXY_COUNT is 0: right only where visitors reach this server itself, without a proxy that speaks TLS"
    if config["RATELIMIT_STORAGE_URI"].startswith("memory"):
        yield "RATELIMIT_STORAGE_URI is memory://: each process counts tries for itself, so whoever guesses gets more"
    if config["JOBS_URL"].startswith("memory"):
        yield "JOBS_URL is memory://: what a page hands over reaches no worker, so files wait for minutes"
    if not config["ACCESS_LOG"]:
        yield "ACCESS_LOG is off: who asked from where must be known for 90 days, by the Computer Crime Act"
    if not config["LOG_WITNESSES"]:
        yield "LOG_WITNESSES is empty: nobody outside keeps heads of the public log, by which a later change is proved"
    if is_sqlite(db.engine) and len(os.sched_getaffinity(0)) > 1:
        yield "DATABASE_URL is an SQLite file: one save at a time, which does for a province and not for the country"
