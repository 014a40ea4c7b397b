"""A table has one home: a column that is added there stands on every surface, and no heads meet values by position."""

import ast
import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from app.citizens.open_data.below import NESTED_SOURCES
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.queries import SOURCES
from app.citizens.results.columns import COUNTS, IN_ORDINANCE, MONEY, SCREEN
from app.models.enums import Role
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_project, make_report, make_staff
from tests.pages import elements, enter

ROOT = Path(__file__).parents[3]
QUERY = f"year={YEAR}&round=6"


def test_a_column_stands_on_screen_in_both_files_and_in_the_api(app: Flask, client: Client) -> None:
    # given an LAO with 4 projects, 3 of them without a report
    lao = make_lao()
    ids = [make_project(lao, facts(f"ที่ {number}")) for number in range(4)]
    make_report(lao, ids[0])

    # when
    page = client.get(f"/public/provinces/65?{QUERY}").text
    file = _line(_sheet(client), "รหัส")
    export = _line(_export(client), "รหัส อปท.")
    schema = client.get("/api/v1/openapi.json").json["components"]["schemas"]["Result"]["properties"]
    (api,) = client.get(f"/api/v1/results?{QUERY}&kind=province&code=65").json["data"]

    # then
    titles = {column.name: column.title for column in (*COUNTS, *MONEY, IN_ORDINANCE)}
    assert {name: schema[name]["title"] for name in titles} == titles
    assert titles.keys() <= api.keys()
    assert {column.head for column in (*COUNTS, *MONEY, IN_ORDINANCE)} <= file.keys()
    assert {column.title for column in COUNTS} <= export.keys()
    heads = ["".join(each.itertext()).strip() for each in elements(page, "th")]
    assert all(any(column.shown and column.shown.head in head for head in heads) for column in SCREEN)
    assert page.count(f'colspan="{len(SCREEN)}"') == 1
    assert (file["ยังไม่รายงาน"], export["ยังไม่รายงานผล"], api["waiting"]) == (3, "3", 3)
    if "added_percent" in titles:  # see the next test
        shown = [each.text for each in elements(page, "td") if each.get("data-l") == "เพิ่มมา"]
        assert shown == ["75.00"]
        assert (file["ร้อยละที่เพิ่มมา"], export["ร้อยละที่เพิ่มมาใน API"], api["added_percent"]) == (75, "75.00", "75.00")


def _sheet(client: Client) -> list[list[Any]]:
    book = load_workbook(BytesIO(client.get(f"/public/provinces/65/table.xlsx?{QUERY}").data))
    return [[cell.value for cell in row] for row in book["อปท."].iter_rows()]


def _export(client: Client) -> list[list[Any]]:
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    form = {"what": "results", "place": "65", "year": str(YEAR), "round": "6", "kind": "csv"}
    content = client.send("/reports/exports", form).data.decode("utf-8-sig")
    return list(csv.reader(StringIO(content, newline="")))


def _line(lines: list[list[Any]], head: str) -> dict[str, Any]:
    """The first line below the heads, of which `head` is one."""
    place = next(place for place, line in enumerate(lines) if head in line)
    return dict(zip(lines[place], lines[place + 1], strict=True))


def test_a_column_more_is_one_entry_more() -> None:
    """The test above in a process of its own, where columns.py has one column more and nothing else is changed."""
    test = f"{__file__}::{test_a_column_stands_on_screen_in_both_files_and_in_the_api.__name__}"
    plugin = "tests.citizens.results.one_more_column"
    command = [sys.executable, *["-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "sqlite", "-p"], plugin, test]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_each_field_of_the_open_data_is_read_from_something_of_its_name() -> None:
    for name, sources in SOURCES.items():
        assert sources.keys() == {field.name for field in DATASETS[name].fields}, name
    (years,) = (field.nested for field in DATASETS["projects"].fields if field.nested)
    assert NESTED_SOURCES["years"].keys() == {field.name for field in years}
    assert all(field.get for field in DATASETS["results"].fields)


@pytest.mark.parametrize("path", sorted(ROOT.glob("app/**/workbooks.py")), ids=lambda path: path.parent.name)
def test_no_row_of_a_file_is_a_list_of_values(path: Path) -> None:
    """Three values and more that a function gives, or that are made for each of many, are cells without their heads."""
    found = [line for value, line in _given(ast.parse(path.read_text())) if len(value.elts) > 2]
    assert found == [], f"{path.relative_to(ROOT)}: give rows, and let a Column get its value from each"


def _given(tree: ast.Module) -> Iterator[tuple[ast.Tuple | ast.List, int]]:
    for node in ast.walk(tree):
        value = None
        match node:
            case ast.Yield(value=value) | ast.ListComp(elt=value) | ast.GeneratorExp(elt=value):
                pass
            case ast.Call(func=ast.Attribute(attr="append"), args=[value]):
                pass
        if isinstance(value, ast.Tuple | ast.List):
            yield value, node.lineno
