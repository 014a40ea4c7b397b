"""`python -m bench`: every benchmark on every engine at BENCH_SCALE (0.1) of the country's size.

PostgreSQL is measured where BENCH_DATABASE_URL or TEST_DATABASE_URL names a server. A slow ratio
is shown, not punished: the exit code is 1 only when a benchmark fails, and the others still run.
"""

import os
import sys
import traceback
from collections.abc import Callable
from functools import partial

os.environ.setdefault("EPLANNACC_ENV", "testing")

from bench import counts, exports, grid, ledger, load, pages, places, plans, records, review, uploads  # noqa: F401 - importing registers
from bench.engines import filled_app, scale, server_url
from bench.frame import ALONE_REGISTRY, REGISTRY, Result, measure, measure_alone, table


def run(scale: float) -> tuple[list[Result], int]:
    """The results, and how many benchmarks failed."""
    results: list[Result] = []
    failed = 0
    for alone in ALONE_REGISTRY:
        failed += _kept(alone.name, partial(measure_alone, alone, scale), results)
    for engine in ("sqlite", "postgresql") if server_url() else ("sqlite",):
        with filled_app(engine, scale) as app:
            for bench in REGISTRY:
                failed += _kept(f"{bench.name} on {engine}", partial(measure, bench, engine, app), results)
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


if __name__ == "__main__":
    results, failed = run(scale())
    print(f"scale {scale():g}; medians of each turn; one process, warm")
    print(table(results))
    sys.exit(1 if failed else 0)
