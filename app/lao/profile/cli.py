"""`flask accounts erase-contacts`: who stood in an LAO's profile and wants to be forgotten before the time."""

import click

from app import clock
from app.access import system
from app.accounts.cli import group, reason_option
from app.accounts.queries import actor_of, credentials
from app.db import transaction
from app.lao.profile import operations


@group.command("erase-contacts")
@click.argument("code")
@reason_option
def erase_contacts(code: str, reason: str) -> None:
    """Take all who no longer stand in the profile of LAO CODE out of its history. The public log stays valid."""
    found = credentials(code)
    lao = actor_of(found.account_id).organisation_id if found else None
    if lao is None:
        raise click.ClickException(f"No LAO has the code {code}.")
    now = clock.now()
    with transaction():
        number = operations.forget_former_contacts(system("flask accounts"), lao, reason, now, now)
    click.echo(f"{number} details erased. Who stands in the profile today stays; hand the account over first.")
