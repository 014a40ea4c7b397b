"""Results as they are kept: one file for all, each row with the commit, the day and the load it was measured under.

BENCH_RESULTS names the file; a run writes the rows it measured and leaves the others. docs/benchmarks.py draws them.
"""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.frame import Result
from bench.server import ROOT


def keep(results: Iterable[Result], scale: float, path: str | None = None) -> None:
    """Nothing where no file is named."""
    named = path or os.environ.get("BENCH_RESULTS")
    if not named:
        return
    file = Path(named)
    rows: dict[str, Any] = json.loads(file.read_text())["rows"] if file.exists() else {}
    for result in results:
        rows[f"{result.name} · {result.engine}"] = _row(result) | {"scale": scale, **_when()}
    told = {"machine": machine(), "rows": rows}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def _row(result: Result) -> dict[str, Any]:
    times = 1000 if result.unit == "ms" else 1
    return {
        "name": result.name,
        "engine": result.engine,
        "unit": result.unit,
        "ours": _short(result.ours * times),
        "base": _short(result.base * times),
        "ratio": _short(result.ratio),
        "low": _short(min(result.ratios)),
        "high": _short(max(result.ratios)),
        "limit": _short(result.limit),
    }


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def _when() -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {
        "commit": commit.stdout.strip(),
        "date": datetime.now(UTC).date().isoformat(),
        "load": round(os.getloadavg()[0], 1),
    }


def machine() -> str:
    """Processor, cores, memory and Python: nothing that names the machine."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
