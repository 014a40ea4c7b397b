"""The `flask` commands, one group a feature, and the one that makes the demo ready."""

import os

import click
from flask import Flask, current_app
from flask_migrate import upgrade

from app.accounts.cli import group as accounts
from app.backups.cli import backup, restore
from app.backups.cli import group as data
from app.citizens.open_data.cli import group as open_data
from app.doctor import doctor
from app.lao.fixed_rounds.cli import group as rounds
from app.lao.profile import cli as _forget  # noqa: F401 - adds a command to `accounts`
from app.lao.signs.cli import group as signs
from app.ledger.cli import begin as begin_log
from app.ledger.cli import group as log
from app.nacc.blackouts import cli as _erase  # noqa: F401 - adds a command to `accounts`
from app.nacc.exports.cli import group as jobs
from app.nacc.mails.cli import group as mail
from app.read_only import read_only
from app.registry.cli import group as registry
from app.seeds.cli import demo, refuse_in_production
from app.seeds.cli import group as seed


def init_cli(app: Flask) -> None:
    for group in (registry, seed, accounts, mail, jobs, rounds, signs, open_data, log, data):
        app.cli.add_command(group)
    for command in (demo_up, doctor, backup, restore, read_only):
        app.cli.add_command(command)


@click.command("demo-up")
@click.pass_context
def demo_up(context: click.Context) -> None:
    """Migrate, load registry and demo where they are missing, and print where everything is: `make run` calls this."""
    refuse_in_production()
    upgrade()
    context.invoke(demo)
    context.invoke(begin_log)
    click.echo(f"Database: {_shown(current_app.config['SQLALCHEMY_DATABASE_URI'])}")
    click.echo(f"Mails are written to {current_app.config['MAIL_FOLDER']}")
    click.echo(f"Open http://{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '5000'}")


def _shown(url: str) -> str:
    """The database without its password."""
    head, _, place = url.rpartition("@")
    return f"{head.split('://')[0]}://…@{place}" if head else url
