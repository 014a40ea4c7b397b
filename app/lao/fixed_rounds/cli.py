"""`flask rounds …`: fixing what has closed, at once instead of within a minute or two."""

import click
from flask.cli import AppGroup

from app import clock
from app.lao.fixed_rounds.jobs import AFTER_CLOSING, fix_closed_rounds
from app.lao.fixed_rounds.queries import progress

group = AppGroup("rounds", help="Rounds whose window has closed.")


@group.command("fix")
def fix() -> None:
    """Fix the results of every round that has closed, and say how far each is."""
    while any(each.waiting for each in progress(clock.now() - AFTER_CLOSING)):
        fix_closed_rounds()
    for each in progress(clock.now()):
        click.echo(f"{each.year} round {int(each.round)}: {each.fixed} fixed, {each.waiting} to be fixed")
