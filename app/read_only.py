"""The database takes nothing new for a while: it is a standby, or `flask read-only on` said so while it is upgraded.

PostgreSQL itself refuses every write, of every process on every machine; what is signed in goes on reading.
"""

import click
from sqlalchemy import text

from app.db import db, is_sqlite


@click.command("read-only")
@click.argument("wanted", type=click.Choice(("on", "off")))
def read_only(wanted: str) -> None:
    """Refuse every write until `off`: pages are read, whoever saves is told to come back. PostgreSQL, by its owner."""
    if is_sqlite(db.engine):
        raise click.ClickException("An SQLite file is upgraded while the web server and the worker are stopped.")
    name = db.engine.dialect.identifier_preparer.quote(str(db.engine.url.database))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET default_transaction_read_only = off"))  # of this connection alone
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = {wanted}"))
        # Connections that are open go by what was said when they began; whoever used one is answered by a new one.
        ended = connection.scalar(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    db.engine.dispose()
    click.echo(f"read-only is {wanted}; {ended} connections were closed and come back by themselves")
