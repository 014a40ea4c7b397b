"""`flask seed`: plan periods for a new installation, and made-up data for trying out and measuring."""

from collections.abc import Iterator, Sequence

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app import clock
from app.db import db, transaction
from app.models import Organisation
from app.registry.operations import load_provinces, load_registry
from app.seeds import country as seeds
from app.seeds.bulk import refresh_statistics
from app.seeds.demo import ACCOUNTS, load_demo
from app.seeds.periods import add_basics

group = AppGroup("seed", help="Data to start with.")


@group.command()
def periods() -> None:
    """Add the plan periods and rejection reasons every installation starts with."""
    with transaction():
        added = add_basics()
    click.echo("added" if added else "nothing added: there are plan periods already")


@group.command()
@click.option("--scale", default=1.0, show_default=True, help="Projects of each LAO: 1 is the country's real size.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same rows on every database.")
def country(scale: float, seed: int) -> None:
    """Fill the database with made-up projects and reports of every LAO in the country."""
    refuse_in_production()
    fewest, most = seeds.SCALES
    if not fewest <= scale <= most:
        raise click.ClickException(f"The scale must be from {fewest:g} to {most:g}.")
    try:
        with transaction():
            _complete_basics()
            made = seeds.fill_country(scale, seed, _with_progress)
    except seeds.AlreadyFilled as error:
        raise click.ClickException("There are projects or plan years already; use an empty database.") from error
    refresh_statistics()
    click.echo(f"added: {made:,} projects")


@group.command()
def demo() -> None:
    """Load the registry and the demo: Songkhla's golden figures, Phitsanulok's table, the demo accounts."""
    refuse_in_production()
    with transaction():
        _complete_basics()
        made = load_demo(clock.now())
    click.echo("demo loaded" if made else "the demo was there already")
    for what, username, password in ACCOUNTS:
        click.echo(f"  {username:<10} {password:<15} {what}")


def refuse_in_production() -> None:
    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException("Made-up data has no place in production.")


def _complete_basics() -> None:
    add_basics()
    if db.session.execute(select(Organisation.id).limit(1)).first() is None:
        load_provinces()
        load_registry()


def _with_progress(laos: Sequence[seeds.CountryLao]) -> Iterator[seeds.CountryLao]:
    with click.progressbar(laos, label="LAOs") as bar:
        yield from bar
