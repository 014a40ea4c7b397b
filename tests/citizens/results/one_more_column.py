"""A plugin of pytest: app/citizens/results/columns.py with one column more, as somebody would write it there."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import app.citizens.results

NAME = "app.citizens.results.columns"
ADDED = """
ADDED_PERCENT = _percent(
    percent_done,
    WAITING,
    TOTAL,
    name="added_percent",
    head="ร้อยละที่เพิ่มมา",
    title="ร้อยละที่เพิ่มมาใน API",
    explain="ยังไม่รายงาน ÷ ทั้งหมด × 100",
    example="12.50",
    shown=Shown(Drawn.WORDS, "เพิ่มมา (ร้อยละ)", "เพิ่มมา"),
)
COUNTS = (*COUNTS, ADDED_PERCENT)
"""
BEHIND = "MONEY: tuple[ResultColumn, ...] = ("


def _load() -> None:
    path = Path(app.citizens.results.__path__[0]) / "columns.py"
    spec = spec_from_file_location(NAME, path)
    assert spec
    module = module_from_spec(spec)
    sys.modules[NAME] = module
    before, found, after = path.read_text(encoding="utf-8").partition(BEHIND)
    assert found
    exec(compile(f"{before}{ADDED}{found}{after}", str(path), "exec"), module.__dict__)


_load()
