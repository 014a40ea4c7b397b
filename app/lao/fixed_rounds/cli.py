"""`flask rounds …`: fixing what has closed, at once instead of within a minute or two."""

import click
from flask.cli import AppGroup

from app import clock
from app.lao.fixed_rounds.jobs import fix_some
from app.lao.fixed_rounds.queries import progress

group = AppGroup("rounds", help="Rounds whose window has closed.")


@group.command("fix")
def fix() -> None:
    """Fix the results of every round that has closed, and say how far each is."""
    while number := fix_some():
        click.echo(f"{number} fixed")
    for each in progress(clock.now()):
        click.echo(f"{each.year} round {int(each.round)}: {each.fixed} fixed, {each.waiting} to be fixed")
