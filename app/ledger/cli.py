"""`flask log …`: the public log of the history, from the command line."""

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from app.db import db, is_sqlite, transaction
from app.ledger import export, jobs, rights

group = AppGroup("log", help="The public log of the history.")


@group.command()
@click.option("--all", "whole", is_flag=True, help="Look through the whole history, whatever was settled before.")
def sequence(whole: bool) -> None:
    """Give every history entry that has none its place; a worker does it each minute."""
    click.echo(f"placed: {jobs.sequence_all(from_the_beginning=whole):,}")


@group.command()
def begin() -> None:
    """Give every row that is older than the log its first entry. Can be stopped and called again; workers do it too."""
    jobs.begin()
    head = jobs.head_of_now()
    click.echo(f"public log: {head.size if head else 0:,} entries")


@group.command()
def sign() -> None:
    """Place what waits and sign a head now; a worker does it every hour."""
    head = jobs.head_of_now()
    click.echo(f"signed: {head.size:,} entries" if head else "the log is empty")


@group.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_log(folder: Path) -> None:
    """Write all that is public of the log into FOLDER, with the verifier: `python FOLDER/verify.py FOLDER`."""
    head = jobs.head_of_now()
    if head is None:
        raise click.ClickException("The log is empty.")
    click.echo(f"written: {export.write(folder):,} entries")


@group.command("rights")
@click.argument("role")
@click.option("--print", "only_print", is_flag=True, help="Show the SQL and run nothing.")
def give_rights(role: str, only_print: bool) -> None:
    """Give the PostgreSQL role ROLE, as which the app runs, all it needs: it can only add to history and log, and
    change the shape of no table.

    Run as the owner of the tables, after each upgrade.
    """
    if is_sqlite(db.engine):
        raise click.ClickException("SQLite knows no roles: its triggers refuse, and whoever holds the file holds them.")
    if only_print:
        click.echo(";\n".join(rights.statements(role)) + ";")
        return
    try:
        with transaction():
            rights.give(role)
    except DBAPIError as error:
        raise click.ClickException(str(error.orig)) from error
    click.echo(f"{role} can add to history and log, and change or remove nothing there, nor the shape of any table.")
