"""`flask registry`: load the project's own data files, import newer ones."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.access import system
from app.db import transaction
from app.registry import queries
from app.registry.lines import BrokenFile, Lines
from app.registry.operations import import_lines, load_provinces, load_registry
from app.registry.rules import Effect, ImportPlan, RegistryChange, RegistryDeed, RegistryFacts, plan_import
from app.registry.workbooks import file_lines

group = AppGroup("registry", help="Provinces, districts and the LAOs.")


@group.command()
def load() -> None:
    """Load the project's own data files; what is there already stays as it is."""
    with transaction():
        places, organisations = load_provinces(), load_registry()
    click.echo(f"added: {places} provinces and districts, {organisations} LAOs")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--upgrades", is_flag=True, help="FILE must be a list of upgrades: old_code,new_code,new_type,new_name.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From which day on it holds, as 2026-10-01; today.")
@click.option("--document", default="", help="The paper that says so: number and date.")
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
def import_(file: Path, upgrades: bool, since: datetime | None, document: str, dry_run: bool) -> None:
    """Add, rename, move and upgrade LAOs as FILE tells: all of it, or nothing where anything in it is wrong.

    FILE is a CSV or a workbook like app/registry/data/organisations.csv, with a further column old_code where codes
    changed, or like upgrades_2025.csv. LAOs that are not in it stay as they are.
    """
    try:
        with file.open("rb") as opened:
            plan = _run(file_lines(opened), upgrades, _effect(since, document), dry_run)
    except BrokenFile as error:
        raise click.ClickException(f"{file.name}: nothing was imported\n{error}") from None
    if dry_run:
        click.echo("dry run: nothing was changed")
    click.echo("\n".join(report(plan)))


def _effect(since: datetime | None, document: str) -> Effect:
    now = clock.now()
    at = since.replace(tzinfo=clock.BANGKOK) if since else now
    if at > now:
        raise click.ClickException(f"{at:%Y-%m-%d} is still to come: import the file on that day.")
    return Effect(at, document, typed=since is not None)


def _run(lines: Lines, upgrades: bool, effect: Effect, dry_run: bool) -> ImportPlan:
    if dry_run:
        return plan_import(lines, queries.registry(), effect, upgrades_only=upgrades)
    with transaction():
        return import_lines(system("registry import"), lines, effect, upgrades_only=upgrades)


def report(plan: ImportPlan) -> Iterator[str]:
    """The numbers, then a line for each change."""
    yield from (f"{deed}: {plan.count(deed)}" for deed in RegistryDeed)
    yield f"unchanged: {plan.unchanged}"
    yield f"not in the file: {plan.not_in_file}"
    yield from map(_change_line, plan.changes)


def _change_line(change: RegistryChange) -> str:
    before = f"{_facts_line(change.known.facts)} → " if change.known else ""
    return f"{', '.join(change.deeds)}: {before}{_facts_line(change.after)}"


def _facts_line(facts: RegistryFacts) -> str:
    return f"{facts.code} {facts.name} ({facts.type.label}, {facts.district_code or facts.province_code})"
