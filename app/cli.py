"""The `flask` commands, one group a feature."""

from flask import Flask

from app.accounts.cli import group as accounts
from app.registry.cli import group as registry
from app.seeds.cli import group as seed


def init_cli(app: Flask) -> None:
    for group in (registry, seed, accounts):
        app.cli.add_command(group)
