"""`python -m bench [WORDS…]`: every benchmark on every engine at BENCH_SCALE (0.1) of the country's size.

With WORDS those whose name has one of them; BENCH_RESULTS names a file that keeps what was measured.
PostgreSQL is measured where BENCH_DATABASE_URL or TEST_DATABASE_URL names a server. A slow ratio
is shown, not punished: the exit code is 1 only when a benchmark fails, and the others still run.
"""

import os
import sys

os.environ.setdefault("EPLANNACC_ENV", "testing")

from bench import (  # noqa: F401 - importing registers
    asked,
    backups,
    clerks,
    counts,
    exports,
    grid,
    ledger,
    load,
    pages,
    places,
    plans,
    records,
    review,
    savers,
    seeding,
    snapshots,
    uploads,
    weight,
    workbooks,
)
from bench.frame import ALONE_REGISTRY, REGISTRY
from bench.run import main

if __name__ == "__main__":
    sys.exit(main(REGISTRY, ALONE_REGISTRY, sys.argv[1:]))
