"""Excel files: the country's projects at scale 1, against openpyxl's own write-only mode and other writers.

Each writes its file in a fresh process; a writer is run once and its figures serve every line it stands in.
"""

import json
import subprocess
import sys
from functools import cache
from typing import Any

from bench.frame import alone
from config import ROOT

COUNTRY = 471_000  # projects of a fiscal year
FEW = 10_000
MOST_MIB = 64


@cache
def figures(writer: str, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.writers", writer, str(rows)]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    return told


def seconds(writer: str, scale: float) -> float:
    return float(figures(writer, int(COUNTRY * scale))["seconds"])


def against(writer: str, called: str, limit: float, mine: str = "ours", how: str = "") -> None:
    """Register ours against another writer."""

    @alone(f"Excel of the country's projects{how} / {called}", limit)
    def _run(scale: float) -> tuple[float, float]:
        return seconds(mine, scale), seconds(writer, scale)


against("openpyxl", "openpyxl write-only", 0.1)
against("openpyxl", "openpyxl write-only", 0.2, "ours_small", " at its file size")
against("xlsxwriter", "XlsxWriter constant memory", 1)
against("pyexcelerate", "pyexcelerate", 1)
against("rust", "rustpy-xlsxwriter", 1)


@alone("Excel: memory above idle / what is allowed", 1, unit="MiB")
def memory(scale: float) -> tuple[float, float]:
    return figures("ours", int(COUNTRY * scale))["mib"], MOST_MIB


@alone("Excel: memory of all rows / of 10,000", 1.5, unit="MiB")
def flat(scale: float) -> tuple[float, float]:
    return figures("ours", int(COUNTRY * scale))["mib"], figures("ours", FEW)["mib"]


@alone("Excel: size of the file / openpyxl's", 1.35, unit="MB")
def size(scale: float) -> tuple[float, float]:
    rows = int(COUNTRY * scale)
    return figures("ours", rows)["size"] / 1e6, figures("openpyxl", rows)["size"] / 1e6


@alone("Excel at openpyxl's file size: size / openpyxl's", 1.05, unit="MB")
def small_size(scale: float) -> tuple[float, float]:
    rows = int(COUNTRY * scale)
    return figures("ours_small", rows)["size"] / 1e6, figures("openpyxl", rows)["size"] / 1e6
