"""`flask open-data …`: the files for download, by hand. The worker makes them each night (jobs.py)."""

from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.citizens.open_data.snapshots import AlreadyThere, forget_all_but, publication, take_snapshot

group = AppGroup("open-data", help="Open data files.")


@group.command()
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="Default: SNAPSHOT_FOLDER, which /open-data shows."
)
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="The moment the data are of. Default: now.")
@click.option("--keep", type=click.IntRange(1), help="Delete older snapshots, all but so many. Default: keep all.")
def snapshot(folder: Path | None, at: datetime | None, keep: int | None) -> None:
    """Write every data set as CSV, JSON lines and Excel, with checksums and metadata."""
    about = publication(at or clock.now())
    folder = folder or current_app.config["SNAPSHOT_FOLDER"]
    try:
        place = take_snapshot(folder, about)
    except AlreadyThere as error:
        raise click.ClickException(f"The snapshot of {about.day} is published already.") from error
    except OSError as error:
        raise click.ClickException(f"The snapshot could not be written, and nothing of it is left: {error}.") from error
    click.echo(place)
    if keep:
        for day in forget_all_but(folder, keep):
            click.echo(f"deleted {day}")
