"""The frame: a benchmark names what is ours and what it is compared with; both are timed in turns.

To add one, write in a module that `bench.__main__` imports:

    @benchmark("a page / a bare route", sqlite=15, postgresql=25)
    def page_against_bare_route(app: Flask, stack: ExitStack) -> Pair:
        return ours, base  # two functions without arguments

What it starts (a server) goes onto `stack`, which ends it. It runs inside an app context on a filled
database; a ratio above the limit is shown, never an error. One that needs no database, and whose functions
give what they measured themselves in a process of their own, says `@alone("…", limit)`.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from flask import Flask

from app.db import db

Deed = Callable[[], Any]
ALONE = "–"  # the engine of what needs no database
Pair = tuple[Deed, Deed] | tuple[Deed, Deed, Deed]  # the third makes all as before, outside the timing
Prepare = Callable[[Flask, ExitStack], Pair]
WARM_UP = 15
ROUNDS = 200


@dataclass(frozen=True)
class Benchmark:
    """`limits`: the largest good ratio of ours to base, by engine."""

    name: str
    limits: dict[str, float]
    prepare: Prepare
    rounds: int
    warm_up: int
    unit: str


@dataclass(frozen=True)
class Result:
    """Seconds are medians; `ratios` has one ours ÷ base for each turn."""

    name: str
    engine: str
    ours: float
    base: float
    ratios: tuple[float, ...]
    limit: float
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def ok(self) -> bool:
        return self.ratio <= self.limit


REGISTRY: list[Benchmark] = []


def benchmark(
    name: str,
    *,
    sqlite: float,
    postgresql: float,
    rounds: int = ROUNDS,
    warm_up: int = WARM_UP,
    unit: str = "ms",
) -> Callable[[Prepare], Prepare]:
    """Register what makes the pair to compare, with its limit on each engine; `unit` is of deeds that give a number."""

    def register(prepare: Prepare) -> Prepare:
        limits = {"sqlite": sqlite, "postgresql": postgresql}
        REGISTRY.append(Benchmark(name, limits, prepare, rounds, warm_up, unit))
        return prepare

    return register


Alone = Callable[[float], tuple[float, float]]


@dataclass(frozen=True)
class AloneBenchmark:
    """`run` takes the scale and gives ours and base, in seconds or in `unit`."""

    name: str
    limit: float
    run: Alone
    unit: str


ALONE_REGISTRY: list[AloneBenchmark] = []


def alone(name: str, limit: float, *, unit: str = "ms") -> Callable[[Alone], Alone]:
    """Register what measures itself."""

    def register(run: Alone) -> Alone:
        ALONE_REGISTRY.append(AloneBenchmark(name, limit, run, unit))
        return run

    return register


def measure_alone(bench: AloneBenchmark, scale: float) -> Result:
    ours, base = bench.run(scale)
    return Result(bench.name, ALONE, ours, base, (ours / base,), bench.limit, bench.unit)


def measure(bench: Benchmark, engine: str, app: Flask) -> Result:
    """Ours, base, ours, base …: what slows the host slows both, and drops out of each turn's ratio."""
    db.session.rollback()  # what the one before left open must not lock this one out
    with ExitStack() as stack:
        ours, base, *again = bench.prepare(app, stack)
        turns = [(_seconds(ours, *again), _seconds(base, *again)) for _ in range(bench.warm_up + bench.rounds)]
        turns = turns[bench.warm_up :]
    return Result(
        name=bench.name,
        engine=engine,
        ours=median(a for a, _ in turns),
        base=median(b for _, b in turns),
        ratios=tuple(a / b for a, b in turns),
        limit=bench.limits[engine],
        unit=bench.unit,
    )


def _seconds(deed: Deed, again: Deed = lambda: None) -> float:
    """How long the deed takes; one that gives seconds itself, as a percentile of many requests, is believed."""
    start = perf_counter()
    given = deed()
    taken = perf_counter() - start
    again()
    return given if isinstance(given, float) else taken


def table(results: Iterable[Result]) -> str:
    """One line a result: medians, the median ratio with its smallest and largest."""
    head = ("name", "engine", "ours", "base", "unit", "ratio (min-max)", "limit", "ok")
    lines = [head, *(_line(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _line(result: Result) -> tuple[str, ...]:
    times = 1000 if result.unit == "ms" else 1
    return (
        result.name,
        result.engine,
        f"{result.ours * times:.3f}",
        f"{result.base * times:.3f}",
        result.unit,
        f"{result.ratio:.2f} ({min(result.ratios):.2f}-{max(result.ratios):.2f})",
        f"{result.limit:g}",
        "yes" if result.ok else "NO",
    )
