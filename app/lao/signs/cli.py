"""`flask signs …`: what the worker does each day, at once."""

import click
from flask.cli import AppGroup

from app.lao.signs.jobs import search_next

group = AppGroup("signs", help="What should be checked in the reports of LAOs.")


@group.command("find")
def find() -> None:
    """Search every round that is due."""
    while moment := search_next():
        click.echo(f"{moment[0]} round {int(moment[1])} searched")
