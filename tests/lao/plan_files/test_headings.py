"""Sub-headings of a plan file: rows, paragraphs and a column that name one of the plan period, and unknown ones."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from app.lao.plan_files.headings import meant, meant_above
from app.lao.plan_files.queries import standing_projects
from app.lao.plan_files.reading import understand
from app.lao.plan_files.rules import Understood
from app.plans.queries import period_of
from app.uploads.pasted import read_pasted
from app.uploads.reader import read_grids
from app.words import arabic_digits
from tests.client import Client
from tests.factories import YEAR, all_projects, facts, make_lao, make_project, make_sub_headings
from tests.lao.plan_files.files import as_pasted
from tests.lao.plan_files.test_reading import DIMENSIONS, EXPECTED, grids_of
from tests.lao.plan_files.test_routes import IMPORT, _check, _confirm
from tests.pages import enter, fields

KNOWN = {1: {"1.1": "การสร้างจิตสำนึกแก่บุคลากร", "1.1.1": "ผู้บริหาร", "1.2": "การสร้างจิตสำนึกแก่ประชาชน"}}
HEADS = ["มิติ", "โครงการ/กิจกรรม", "2561"]
GIVEN = {"quarters": ["1"], "target_group": "ประชาชน", "objective": "ป้องกัน"}


def _read(rows: list[list[str]]) -> Understood:
    return understand(read_pasted(as_pasted([HEADS, *rows])), DIMENSIONS, {}, KNOWN)


def _rows(content: bytes) -> list[list[Any]]:
    """Those of a workbook's first sheet."""
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(content)).worksheets[0]]


def _said(found: Understood) -> list[tuple[str, str | None]]:
    return [(line.name, line.said.get("sub_heading")) for line in found.lines]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.1 การสร้างจิตสำนึกแก่บุคลากร", "1.1"),
        ("๑.๑. คำอื่น", "1.1"),
        ("1.1", "1.1"),
        ("การสร้าง จิตสำนึก แก่ประชาชน", "1.2"),
        ("1.7 การสร้างจิตสำนึกแก่ประชาชน", "1.2"),
        ("1.1 การสร้างจิตสำนึกแก่ประชาชน", ""),  # number and name mean two
        ("1.3 อื่นๆ", ""),
        ("1.1.2 อื่นๆ", ""),
        ("", ""),
    ],
)
def test_a_heading_is_known_by_its_number_or_its_name(text: str, number: str) -> None:
    assert meant(text, KNOWN[1]) == number


def test_of_a_list_that_ends_above_the_upper_one_is_taken() -> None:
    assert meant_above("1.1.9 อื่นๆ", KNOWN[1]) == "1.1"
    assert meant_above("1.9 อื่นๆ", KNOWN[1]) == meant_above("อื่นๆ", KNOWN[1]) == ""


def test_projects_stand_below_the_heading_above_them_and_one_that_is_unknown_is_pointed_out() -> None:
    found = _read(
        [
            ["", "มิติที่ 1 มิติ 1", ""],
            ["", "โครงการก่อนหัวข้อ", "5"],
            ["", "๑.๑ การสร้างจิตสำนึกแก่บุคลากร", ""],
            ["", "โครงการหนึ่ง", "5"],
            ["", "1.1.1 ผู้บริหาร", ""],
            ["", "โครงการสอง", "5"],
            ["", "การสร้างจิตสำนึกแก่ประชาชน", ""],
            ["", "โครงการสาม", "5"],
            ["", "1.1.5 อื่นๆ", ""],
            ["", "โครงการสี่", "5"],
            ["", "โครงการห้า", "5"],
            ["", "1.9 ไม่รู้จัก", ""],
            ["", "โครงการหก", "5"],
            ["", "มิติที่ 2 มิติ 2", ""],
            ["", "2.1 ของมิติที่ไม่มีหัวข้อย่อย", ""],
            ["", "โครงการเจ็ด", "5"],
        ]
    )
    assert [number for _name, number in _said(found)] == [None, "1.1", "1.1.1", "1.2", "1.1", "1.1", None, None]
    assert [problem.text for problem in found.warnings] == [
        "“1.1.5 อื่นๆ” ไม่ตรงกับหัวข้อย่อยของมิติที่ 1: ใช้ 1.1 แทนกับ 2 รายการ",
        "“1.9 ไม่รู้จัก” ไม่ตรงกับหัวข้อย่อยของมิติที่ 1: 1 รายการไม่ได้ระบุหัวข้อย่อย",
    ]
    assert not [problem for line in found.lines for problem in line.problems]


@pytest.mark.parametrize("name", EXPECTED)
def test_plans_as_offices_have_them_say_theirs_and_no_plan_loses_a_project(name: str) -> None:
    plain, found = understand(grids_of(name), DIMENSIONS, {}), understand(grids_of(name), DIMENSIONS, {}, KNOWN)
    assert [(line.name, line.budgets) for line in found.lines] == [(line.name, line.budgets) for line in plain.lines]
    assert not [line for line in plain.lines if "sub_heading" in line.said]
    below = [line.said.get("sub_heading") for line in found.lines if line.mission and line.said["dimension"] == 1]
    has_missions = any(line.mission for line in plain.lines)
    assert below == (["1.1", "1.1", "1.1", "1.2", None] if has_missions else [])
    assert ["1.3" in arabic_digits(problem.text) for problem in found.warnings] == ([True] if has_missions else [])


def test_a_named_heading_with_nothing_below_is_listed_as_left_out() -> None:
    found = _read([["", "มิติที่ 1 มิติ 1", ""], ["", "การสร้างจิตสำนึกแก่ประชาชน", ""], ["", "มิติที่ 2 มิติ 2", ""]])
    assert "ไม่มีโครงการใต้หัวข้อ" in found.skipped[0].text


def test_a_file_sets_it_and_says_what_would_change(app: Flask, client: Client) -> None:
    # given
    lao, period = make_lao(), period_of(YEAR)
    assert period
    enter(client, lao.account_id)
    make_sub_headings("1.1 จิตสำนึก", "1.2 ประชาชน")
    make_project(lao, facts("โครงการเดิม", sub_heading="1.2"))
    make_project(lao, facts("โครงการย้าย", sub_heading="1.2"))
    rows = [
        HEADS,
        ["", "มิติที่ 1", ""],
        ["", "1.1 จิตสำนึก", ""],
        ["", "โครงการเดิม", "1,000"],
        ["", "โครงการใหม่", "5"],
        ["", "1.8 ไม่รู้จัก", ""],
        ["", "โครงการลอย", "5"],
        ["", "มิติที่ 2", ""],
        ["", "โครงการย้าย", "1,000"],
    ]

    # when
    answer = _check(client, as_pasted(rows), **GIVEN)

    # then
    assert answer.status_code == 200
    assert "หัวข้อย่อย 1.1" in answer.text
    assert "“1.8 ไม่รู้จัก” ไม่ตรงกับหัวข้อย่อยของมิติที่ 1: 1 รายการไม่ได้ระบุหัวข้อย่อย" in answer.text
    assert _confirm(client, answer).status_code == 303
    stand = {each.facts.name: each.facts for each in standing_projects(lao, period).values()}
    assert {name: (each.dimension, each.sub_heading) for name, each in stand.items()} == {
        "โครงการเดิม": (1, "1.1"),
        "โครงการใหม่": (1, "1.1"),
        "โครงการลอย": (1, None),
        "โครงการย้าย": (2, None),
    }


def test_the_template_asks_for_it_only_where_the_plan_has_some(app: Flask, client: Client) -> None:
    # given
    lao = make_lao()
    enter(client, lao.account_id)
    template = f"{IMPORT}/template.xlsx?year=2561&filled=1"
    make_project(lao, facts("มีหัวข้อ"))
    assert "หัวข้อย่อย" not in [cell for row in _rows(client.get(template).data) for cell in row]
    pasted = as_pasted([["มิติ", "โครงการ", "หัวข้อย่อย", "2561"], ["1", "โครงการหนึ่ง", "1.1", "5"]])
    none = _check(client, pasted, **GIVEN).text
    assert "หัวข้อย่อย 1.1" not in none
    assert '<option value="sub_heading"' not in none

    # when
    make_sub_headings("1.1 จิตสำนึก", "1.10 สิบ")
    make_project(lao, facts("ไม่มีหัวข้อ", budgets={YEAR: None}))
    first = f"/projects/{all_projects(lao.own_organisation_id)[0].id}"
    client.send(first, fields(client.get(first).text) | {"sub_heading": "1.10"})
    content = client.get(template).data

    # then
    assert "หัวข้อย่อย 1.1" in _check(client, pasted, **GIVEN).text
    rows = _rows(content)
    head = next(row for row in rows if "หัวข้อย่อย" in row)
    place, name = head.index("หัวข้อย่อย"), head.index("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน")
    assert [row[place] for row in rows if row[name] in ("มีหัวข้อ", "ไม่มีหัวข้อ")] == ["1.10 สิบ", None]
    again = understand(read_grids(BytesIO(content)), DIMENSIONS, {}, {1: {"1.1": "จิตสำนึก", "1.10": "สิบ"}})
    assert _said(again) == [("มีหัวข้อ", "1.10"), ("ไม่มีหัวข้อ", None)]
