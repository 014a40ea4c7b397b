"""`flask jobs …`: the worker."""

import os
import signal
import threading
import time

import click
from flask import current_app
from flask.cli import AppGroup

from app.jobs import engine

group = AppGroup("jobs", help="Long work outside requests.")


@group.command("work")
@click.option("--while-parent-lives", is_flag=True, help="Stop when the process that started this one is gone.")
def work(while_parent_lives: bool) -> None:
    """Make large files until a signal says to stop; one that is stopped half way is taken up again."""
    if while_parent_lives:
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    engine(current_app._get_current_object()).work()  # type: ignore[attr-defined]


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
