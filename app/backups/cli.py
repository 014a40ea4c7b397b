"""`flask backup` and `flask restore`: the whole installation but its keys, while everybody works."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.backups import copies, crossing
from app.backups.errors import BackupError
from app.db import transaction, unless_read_only
from app.last_done import BACKUP, note_done

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--files/--no-files", default=True, help="Also the files in EXPORT_FOLDER and SNAPSHOT_FOLDER.")
def backup(folder: Path, files: bool) -> None:
    """Write a backup into FOLDER, under a name of its own, and read it again. Everybody can go on working."""
    try:
        made, manifest = copies.backup(folder, clock.now(), files=files)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    with unless_read_only(), transaction():  # as before an upgrade
        note_done(BACKUP, clock.now())
    click.echo(f"written: {made}, {manifest.total:,} rows of {len(manifest.rows)} tables, {len(manifest.files)} files")
    click.echo("Not in it: SECRET_KEY and LOG_SIGNING_KEY. Keep them elsewhere: without them nobody stays signed in,")
    click.echo("codes for a first sign-in are void, and the public log goes on under another key.")


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--check", "only_check", is_flag=True, help="Say whether the backup is whole, and restore nothing.")
def restore(folder: Path, only_check: bool) -> None:
    """Bring the backup in FOLDER into the empty database that DATABASE_URL names, and compare every table."""
    try:
        manifest = copies.read(folder) if only_check else copies.restore(folder)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{'whole' if only_check else 'restored'}: {manifest.total:,} rows of {len(manifest.rows)} tables")
    click.echo(f"as of {manifest.made_at}, schema {manifest.revision}")
    if only_check:
        return
    if manifest.log_key != copies.own_log_key():
        click.echo(
            "LOG_SIGNING_KEY is another one than when the backup was made: set that one before the worker starts."
        )
    click.echo(
        "Next: flask --app wsgi db upgrade; on PostgreSQL flask --app wsgi log rights ROLE; then start web and worker."
    )


group = AppGroup("data", help="The data as a whole.")


@group.command("copy")
@click.option(
    "--to", "url", envvar="COPY_TO_URL", required=True, help="A database; COPY_TO_URL keeps its password out of ps."
)
def copy(url: str) -> None:
    """Copy every row into the empty database URL, also of the other engine, and compare both.

    Before: `DATABASE_URL=URL flask --app wsgi db upgrade`. Stop web server and workers, for what is written meanwhile
    stays here.
    """
    try:
        told = crossing.copy_into(url)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"copied and compared: {sum(number for number, _sum in told.values()):,} rows of {len(told)} tables")
