"""`flask doctor`: what is unsafe, missing or slow in this installation, and what to do about it, in words.

What can be known before anything starts is refused at the start (config.py); this looks at what only a running
system shows.
"""

from collections.abc import Callable, Iterator

import click

from app.db import db, is_sqlite
from app.doctor import around, database
from app.doctor.settings import settings
from app.health import CHECKS, in_words

Check = Callable[[], Iterator[str]]
ASKED: tuple[Check, ...] = (
    *(database.schema, database.commits),
    *(around.files, around.room, around.mail, around.worker, around.copies, around.redis, around.way_in),
    settings,
)
OF_POSTGRESQL: tuple[Check, ...] = (
    *(database.rights, database.broken, database.server, database.connections, database.statistics, database.clocks),
)


@click.command()
def doctor() -> None:
    """Say what is unsafe, missing or slow in this installation; the exit code is 1 where something is."""
    found = [f"{name}: {said}" for name, check in CHECKS.items() if (said := in_words(check)) != "ok"]
    for each in (*ASKED, *(() if is_sqlite(db.engine) else OF_POSTGRESQL)):
        try:
            found += each()
        except Exception as error:  # the others are worth knowing all the same
            found.append(f"{each.__name__.replace('_', ' ').strip()}: could not be looked at ({type(error).__name__})")
        finally:
            db.session.rollback()
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("Nothing found that is unsafe, missing or slow.")
