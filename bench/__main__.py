"""`python -m bench`: every benchmark on every engine at BENCH_SCALE (0.1) of the country's size.

PostgreSQL is measured where BENCH_DATABASE_URL or TEST_DATABASE_URL names a server. A slow ratio
is shown, not punished: the exit code is 1 only when a benchmark fails, and the others still run.
"""

import os
import sys
import traceback

os.environ.setdefault("EPLANNACC_ENV", "testing")

from bench import counts, pages, review  # noqa: F401 - importing registers
from bench.engines import filled_app, server_url
from bench.frame import REGISTRY, Result, measure, table


def run(scale: float) -> tuple[list[Result], int]:
    """The results, and how many benchmarks failed."""
    results, failed = [], 0
    for engine in ("sqlite", "postgresql") if server_url() else ("sqlite",):
        with filled_app(engine, scale) as app:
            for bench in REGISTRY:
                try:
                    results.append(measure(bench, engine, app))
                except Exception:
                    failed += 1
                    print(f"FAILED: {bench.name} on {engine}", file=sys.stderr)
                    traceback.print_exc()
    return results, failed


if __name__ == "__main__":
    scale = float(os.environ.get("BENCH_SCALE", "0.1"))
    results, failed = run(scale)
    print(f"scale {scale:g}; medians of each turn; one process, warm")
    print(table(results))
    sys.exit(1 if failed else 0)
