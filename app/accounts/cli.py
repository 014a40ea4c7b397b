"""`flask accounts …`: what an installation needs before it has its first administrator."""

import click
from flask.cli import AppGroup

from app import clock
from app.access import system
from app.accounts import operations
from app.accounts.queries import actor_of, credentials
from app.accounts.second_factor.operations import remove_all
from app.db import transaction
from app.errors import Refusal
from app.models.enums import Role
from app.words import clean_line

group = AppGroup("accounts", help="Staff accounts and activation codes.")


class Said(click.ParamType[str]):
    """Words that will stand in the history, in one line: blanks are none."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return clean_line(value) or self.fail("Say it in words: it stands in the history.", param, ctx)


reason_option = click.option(
    "--reason", type=Said(), required=True, help="Stands in the history; do not name the person."
)


@group.command("create-staff")
@click.argument("username")
@click.option("--name", type=Said(), required=True, help="Shown on screen and in the history.")
@click.option("--role", type=click.Choice([Role.OFFICER.value, Role.ADMINISTRATOR.value]), required=True)
@click.option("--province", "provinces", multiple=True, help="2-digit code; repeat for several. Officers only.")
@click.password_option()
def create_staff(username: str, name: str, role: str, provinces: tuple[str, ...], password: str) -> None:
    """Make a NACC account."""
    try:
        with transaction():
            operations.create_staff(
                system("flask accounts"), username, name, password, Role(role), provinces, clock.now()
            )
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"Made {role} {username}.")


@group.command("remove-second-factor")
@click.argument("username")
@reason_option
def remove_second_factor(username: str, reason: str) -> None:
    """Let USERNAME, who has lost phone, passkey and recovery codes, sign in by the password alone, and add another.

    For the last administrator; all others are helped on screen.
    """
    found = credentials(username)
    if found is None:
        raise click.ClickException(f"Nobody has the user name {username}.")
    lao = actor_of(found.account_id).organisation_id
    try:
        with transaction():
            remove_all(system("flask accounts"), found.account_id, lao, reason, clock.now())
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"{username} signs in by the password alone.")


@group.command("activation-code")
@click.argument("code")
def activation_code(code: str) -> None:
    """Hand out a one-time code for the first login of the LAO with the 7-digit CODE."""
    found = credentials(code)
    if found is None:
        raise click.ClickException(f"No LAO has the code {code}.")
    try:
        with transaction():
            issued = operations.issue_activation_code(system("flask accounts"), found.account_id, clock.now())
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(issued)
