"""Restoring a backup, with every file and table compared, against the engine's own tool on the same data."""

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import create_engine, text

from app import clock, create_app
from app.backups import copies, sqlite
from app.db import db, is_sqlite
from bench.frame import Pair, benchmark


@benchmark("restore of a backup / the engine's own restore", sqlite=4, postgresql=2, rounds=3, warm_up=0)
def restored(app: Flask, stack: ExitStack) -> Pair:
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="eplannacc_bench_")))
    db.session.rollback()
    made, _manifest = copies.backup(folder, clock.now(), files=False)
    return _sqlite(made, folder) if is_sqlite(db.engine) else _postgresql(made, stack)


def _into(url: str, made: Path) -> None:
    with create_app({"SECRET_KEY": "only for measuring", "SQLALCHEMY_DATABASE_URI": url}).app_context():
        copies.restore(made)
        db.engine.dispose()


def _sqlite(made: Path, folder: Path) -> Pair:
    target = folder / "restored.sqlite3"
    shutil.copyfile(made / copies.DATABASE, target)  # warm
    target.unlink()

    def own() -> None:
        sqlite.copy_pages(made / copies.DATABASE, target)

    return lambda: _into(f"sqlite:///{target}", made), own, lambda: target.unlink(missing_ok=True)


def _postgresql(made: Path, stack: ExitStack) -> Pair:
    here = db.engine.url
    names = [f"{here.database}_{which}" for which in ("ours", "own")]
    control = create_engine(here.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def drop() -> None:
        with control.connect() as connection:
            for name in names:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def anew() -> None:
        drop()
        with control.connect() as connection:
            for name in names:
                connection.execute(text(f"CREATE DATABASE {name}"))

    ours, own = (here.set(database=name).render_as_string(hide_password=False) for name in names)
    plain = own.replace("postgresql+psycopg", "postgresql")
    command = ["pg_restore", "--no-owner", "--no-privileges", "--jobs=2", f"--dbname={plain}", str(made / "database")]
    stack.callback(control.dispose)
    stack.callback(drop)
    anew()
    return lambda: _into(ours, made), lambda: subprocess.run(command, check=True), anew
