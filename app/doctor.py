"""`flask doctor`: what is unsafe, missing or slow in this installation, and what to do about it, in words.

What can be known before anything starts is refused at the start (config.py); this looks at what only a running
system shows.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import exists, select, text

from app import clock
from app.db import db, is_sqlite
from app.health import CHECKS, in_words
from app.ledger.rights import APPEND_ONLY
from app.mail import greet
from app.mails.queries import WAITS
from app.models import MailLog

Check = Callable[[], Iterator[str]]
PATIENCE = timedelta(minutes=10)  # the worker looks every minute


@click.command()
def doctor() -> None:
    """Say what is unsafe, missing or slow in this installation; the exit code is 1 where something is."""
    found = [f"{name}: {said}" for name, check in CHECKS.items() if (said := in_words(check)) != "ok"]
    for each in ASKED:
        try:
            found += each()
        except Exception as error:  # the others are worth knowing all the same
            found.append(f"{each.__name__.strip('_')}: could not be looked at ({type(error).__name__})")
        finally:
            db.session.rollback()
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("Nothing found that is unsafe, missing or slow.")


def _schema() -> Iterator[str]:
    wanted = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    stands = MigrationContext.configure(db.session.connection()).get_current_revision()
    if stands != wanted:
        yield f"schema: the database is at {stands or 'nothing'}, the program at {wanted}: flask --app wsgi db upgrade"


# Whatever switches a trigger off, empties a table or gives it another shape; of history and log any row less, too.
_TOO_MUCH = text(
    "SELECT relname FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace) AND relkind = 'r' "
    "AND (pg_has_role(current_user, relowner, 'USAGE') OR has_table_privilege(current_user, oid, 'TRUNCATE, TRIGGER') "
    "OR relname = ANY(:kept) AND has_table_privilege(current_user, oid, 'DELETE')) "
    "ORDER BY relname <> ALL(:kept), relname LIMIT 1"
)
_MAY_MAKE = text("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")


def _rights() -> Iterator[str]:
    """On PostgreSQL whoever owns a table can change its shape and switch its triggers off."""
    if is_sqlite(db.engine):
        return
    table = db.session.scalar(_TOO_MUCH, {"kept": list(APPEND_ONLY)})
    can = [f"can change {table} without a trace"] if table else []
    can += ["can make tables and functions of its own"] if db.session.scalar(_MAY_MAKE) else []
    if can:
        yield (
            f"rights: this role {' and '.join(can)}. "
            "Run as a role of its own, after flask --app wsgi log rights ROLE by the owner of the tables"
        )


def _files() -> Iterator[str]:
    """An SQLite file holds password hashes, an export the coordinators of a country."""
    config = current_app.config
    places = [config[name] for name in ("EXPORT_FOLDER", "SNAPSHOT_FOLDER", "MAIL_FOLDER")]
    database = db.engine.url.database if is_sqlite(db.engine) else None
    files = [Path(database)] if database else []
    open_ones = [path for path in [*places, *files] if path.exists() and path.stat().st_mode & 0o077]
    if open_ones:
        yield f"files: others on this machine may read {', '.join(map(str, open_ones))}: chmod go= them"


def _mail() -> Iterator[str]:
    if current_app.config["MAIL_HOST"]:
        try:
            greet().close()
        except OSError as error:
            yield f"mail: {error}"


def _worker() -> Iterator[str]:
    """Mails that nobody tried for minutes say that no worker runs, or that it stands still."""
    untried = WAITS, MailLog.attempts == 0, MailLog.queued_at < clock.now() - PATIENCE
    if db.session.scalar(select(exists().where(*untried))):
        yield "worker: mails wait that nobody has tried to send. Does `flask --app wsgi jobs work` run?"


def _settings() -> Iterator[str]:
    """What production starts with, and would better not."""
    config = current_app.config
    if config["ENVIRONMENT"] != "production":
        return
    if config["PROXY_COUNT"] == 0:
        yield "PROXY_COUNT is 0: right only where visitors reach this server itself, without a proxy that speaks TLS"
    if config["RATELIMIT_STORAGE_URI"].startswith("memory"):
        yield "RATELIMIT_STORAGE_URI is memory://: each process counts tries for itself, so whoever guesses gets more"
    if not config["LOG_WITNESSES"]:
        yield "LOG_WITNESSES is empty: nobody outside keeps heads of the public log, by which a later change is proved"
    if is_sqlite(db.engine) and len(os.sched_getaffinity(0)) > 1:
        yield "DATABASE_URL is an SQLite file: one save at a time, which does for a province and not for the country"


ASKED: tuple[Check, ...] = (_schema, _rights, _files, _mail, _worker, _settings)
