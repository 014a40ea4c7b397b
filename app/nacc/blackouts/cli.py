"""`flask accounts erase`: a person who has a right to be forgotten."""

import click

from app import clock
from app.access import system
from app.accounts.cli import group, reason_option
from app.db import transaction
from app.errors import NotTheirs, Refusal
from app.nacc.blackouts import operations


@group.command("erase")
@click.argument("username")
@reason_option
def erase(username: str, reason: str) -> None:
    """Take the name of the staff member USERNAME out of the system, for good. The public log stays valid."""
    try:
        with transaction():
            operations.erase_person(system("flask accounts"), username, reason, clock.now())
    except NotTheirs as unknown:
        raise click.ClickException(f"No staff member has the user name {username}.") from unknown
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo("Erased. Files that were downloaded before still have the name.")
