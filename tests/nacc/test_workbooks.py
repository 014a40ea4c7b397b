"""The Excel files of the desk, cell by cell: what stands in each, as a number or words, how it is written and how wide.

What stands in `screens/xlsx_*.txt` was read by a person once; READ_ANEW=1 writes it anew.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from app import clock
from tests.client import Client
from tests.factories import YEAR
from tests.nacc.addresses import YEAR_AND_ROUND as HERE
from tests.nacc.busy import SEEN_AT, Busy, make_busy
from tests.nacc.reading import differing
from tests.pages import enter
from tests.worlds import Worlds

SCREENS = Path(__file__).parent / "screens"
LISTS = {
    "review": "/nacc/review/table.xlsx",
    "plan_years": f"/nacc/plan-years/table.xlsx?year={YEAR}",
    "scores": f"/nacc/scores/table.xlsx?year={YEAR}",
    "waiting": f"/nacc/waiting/table.xlsx?{HERE}&state=all",
    "accounts": "/nacc/accounts/table.xlsx",
    "signs": f"/nacc/signs/table.xlsx?{HERE}",
}


@pytest.fixture
def busy(app: Flask, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> Busy:
    monkeypatch.setattr(clock, "now", lambda: SEEN_AT)
    return worlds.begin(make_busy)


def _cell(cell: Any) -> str:
    if cell.value is None:
        return ""
    told = f"{cell.value!r}" if not isinstance(cell.value, str) else cell.value.replace("\n", "⏎")
    return told if cell.number_format == "General" else f"{told} [{cell.number_format}]"


def _as_read(content: bytes) -> str:
    lines: list[str] = []
    for sheet in load_workbook(BytesIO(content)):
        wide = ", ".join(f"{letter} {column.width:g}" for letter, column in sorted(sheet.column_dimensions.items()))
        lines += [f"=== {sheet.title}, {sheet.freeze_panes}, {sheet.sheet_state}: {wide}"]
        lines += [" | ".join(map(_cell, row)).rstrip(" |") for row in sheet.iter_rows()]
    return "\n".join(lines) + "\n"


def test_excel_files_read_as_before(busy: Busy, client: Client) -> None:
    enter(client, busy.crowd.officer.account_id)
    answers = {name: client.get(address) for name, address in LISTS.items()}
    for what, place in (("projects", "all"), ("results", "96")):
        asked = {"what": what, "place": place, "year": str(YEAR), "round": "6", "kind": "xlsx"}
        answers[what] = client.send("/reports/exports", asked)
    enter(client, busy.crowd.laos["6900101"].account_id)
    answers["lao"] = client.get(f"/evaluation/table.xlsx?year={YEAR}")
    found: list[str] = []
    for name, answer in answers.items():
        assert answer.status_code == 200, (name, answer.text[:200])
        found += differing(SCREENS / f"xlsx_{name}.txt", _as_read(answer.data))
    assert not found, "\n".join(found)
