"""How long a save takes while many save and while a crowd signs in: parts of `bench.deadline`, in turns with quiet."""

import asyncio
from contextlib import ExitStack
from typing import Any

from flask import Flask

from bench.deadline import LINES, UNLIMITED, Load, Part, clerks_of, let_in_at
from bench.frame import Pair, benchmark
from bench.load import public_paths
from bench.pages import served
from bench.server import serving

CLIENTS, SECONDS, WORKERS = 64, 6, 2
QUIET = Part("quiet", 10 / 0.8, 0, 0)


@benchmark("p95 of saves, 100/s offered by 64 clients / median of 10/s", sqlite=3, postgresql=3, rounds=3, warm_up=1)
def hundred_saves(app: Flask, stack: ExitStack) -> Pair:
    return _pair(app, stack, Part("all at once", 100 / 0.8, 0, 0), "p50")


@benchmark("p95 of saves, 100 sign-ins/s offered / p95 of quiet", sqlite=2, postgresql=2, rounds=3, warm_up=1)
def crowd_at_the_door(app: Flask, stack: ExitStack) -> Pair:
    return _pair(app, stack, QUIET._replace(name="a crowd signs in", sign_ins=100), "p95")


def _pair(app: Flask, stack: ExitStack, part: Part, quiet: str) -> Pair:
    """Seconds: the 95th percentile of `part`'s saves, and what `quiet` names of those that nobody disturbs."""
    environ = served(app) | UNLIMITED
    clerks = clerks_of(CLIENTS)
    let_in_at(environ, clerks)
    line = stack.enter_context(serving("wsgi:app", environ, workers=WORKERS))
    runner = stack.enter_context(asyncio.Runner())
    load = Load(line.port, clerks, public_paths(), LINES if part.sign_ins else CLIENTS)
    stack.callback(lambda: runner.run(load.close()))

    def percentile(of: Part, name: str) -> float:
        told: dict[str, Any] = runner.run(load.part(of, SECONDS))["save"]
        assert told["ok"] > SECONDS, told
        return float(told[name]) / 1000

    return lambda: percentile(part, "p95"), lambda: percentile(QUIET, quiet)
