"""Sixteen clerks who save at once, without a pause, by wrk: a thread for each, on a project of its own LAO."""

from contextlib import ExitStack
from typing import Any

from flask import Flask

from bench import wrk
from bench.asked import saving
from bench.frame import Pair, benchmark
from bench.load import laos_with_projects
from bench.pages import served
from bench.server import serving

CLERKS, SECONDS = 16, 6


@benchmark(
    "worst save of 16 clerks as `make run` serves / their median save", sqlite=4, postgresql=4, rounds=5, warm_up=1
)
def sixteen_clerks(app: Flask, stack: ExitStack) -> Pair:
    """Both of one round: the second is told, not measured again."""
    line = stack.enter_context(serving("wsgi:app", served(app)))
    clerks = [saving(line, lao_id) for lao_id in laos_with_projects(CLERKS)]
    assert len(clerks) == CLERKS
    told: dict[str, Any] = {}

    def worst() -> float:
        told.update(wrk.run(clerks, CLERKS, SECONDS))
        return float(told["worst"])

    return worst, lambda: float(told["p50"])
