"""Runs benchmarks: those that need no database, then the others on each engine. One that fails stops no other."""

import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from bench import engines
from bench.frame import AloneBenchmark, Benchmark, Result, measure, measure_alone, table
from bench.results import keep

Bench = TypeVar("Bench", Benchmark, AloneBenchmark)


def main(benches: Sequence[Benchmark], alone: Sequence[AloneBenchmark], words: Sequence[str]) -> int:
    """Print and keep the results of those that have one of `words` in their name; 1 where one failed."""
    scale = engines.scale()
    results, failed = run(named(benches, words), named(alone, words), scale)
    keep(results, scale)
    print(f"scale {scale:g}; medians of each turn; one process, warm")
    print(table(results))
    return int(failed > 0)


def named(benches: Sequence[Bench], words: Sequence[str]) -> list[Bench]:
    """Without words all."""
    return [bench for bench in benches if not words or any(word in bench.name for word in words)]


def run(benches: Sequence[Benchmark], alone: Sequence[AloneBenchmark], scale: float) -> tuple[list[Result], int]:
    """The results, and how many benchmarks failed."""
    results: list[Result] = []
    failed = 0
    for bench in alone:
        failed += _kept(bench.name, partial(measure_alone, bench, scale), results)
    for engine in ("sqlite", "postgresql") if engines.server_url() else ("sqlite",):
        if not benches:
            break
        with engines.filled_app(engine, scale) as app:
            for each in benches:
                failed += _kept(f"{each.name} on {engine}", partial(measure, each, engine, app), results)
    return results, failed


def _kept(name: str, measured: Callable[[], Result], results: list[Result]) -> int:
    """Add the result; 1 where the benchmark failed, which is told."""
    try:
        results.append(measured())
    except Exception:
        print(f"FAILED: {name}", file=sys.stderr)
        traceback.print_exc()
        return 1
    return 0
