"""`flask log …`: the public log of the history, from the command line."""

import click
from flask.cli import AppGroup

from app.ledger import jobs

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
    click.echo(f"placed: {jobs.sequence_all():,}")


@group.command()
def sign() -> None:
    """Place what waits and sign a head now; a worker does it every hour."""
    head = jobs.head_of_now()
    click.echo(f"signed: {head.size:,} entries" if head else "the log is empty")
