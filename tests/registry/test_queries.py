"""Looking up LAOs: by code, by name, by province and district."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import update

from app.access import system
from app.db import db, transaction
from app.models import Organisation
from app.models.enums import OrganisationType
from app.registry.finding.queries import find_laos
from app.registry.operations import import_lines
from app.registry.queries import districts, find_by_code, organisation_total, provinces
from app.registry.workbooks import file_lines

LIST = """code,name,type,province_code,district_code
1100000,กรุงเทพมหานคร,กรุงเทพมหานคร,10,
2650101,องค์การบริหารส่วนจังหวัดพิษณุโลก,องค์การบริหารส่วนจังหวัด,65,6501
3650102,เทศบาลนครพิษณุโลก,เทศบาลนคร,65,6501
4650103,เทศบาลเมืองอรัญญิก,เทศบาลเมือง,65,6501
5650803,เทศบาลตำบลวังทอง,เทศบาลตำบล,65,6508
6650807,องค์การบริหารส่วนตำบลดินทอง,องค์การบริหารส่วนตำบล,65,6508
6650809,องค์การบริหารส่วนตำบลวังทอง,องค์การบริหารส่วนตำบล,65,6508
6650810,องค์การบริหารส่วนตำบลแก่งโสภา,องค์การบริหารส่วนตำบล,65,6508
6650811,องค์การบริหารส่วนตำบล 100% ทนง_ไทย,องค์การบริหารส่วนตำบล,65,6508
2900101,องค์การบริหารส่วนจังหวัดสงขลา,องค์การบริหารส่วนจังหวัด,90,9001
6900115,องค์การบริหารส่วนตำบลเกาะแต้ว,องค์การบริหารส่วนตำบล,90,9001
5900201,เทศบาลตำบลโคกม่วง-จ.ป.ร. กม.๕,เทศบาลตำบล,90,9002
"""
UPGRADE = "old_code,new_code,new_type,new_name\n6650810,5650810,เทศบาลตำบล,เทศบาลตำบลแก่งโสภา\n"


# What is typed, and who is found.
WANTED: dict[str, list[str]] = {
    "66508": ["5650810", "6650811", "6650807", "6650809"],  # the first had 6650810 before
    "๒๙๐๐": ["2900101"],
    "650": [],  # a code is found by its first digits
    "วังทอง": ["5650803", "6650809"],
    "ทอง วัง": ["5650803", "6650809"],
    "ว\u200bังทอง ": ["5650803", "6650809"],
    "เเก่ง": ["5650810"],
    "อบต.วังทอง": ["6650809"],
    "อบต. วังทอง": ["6650809"],
    "อบต วังทอง": ["6650809"],
    "อบตวังทอง": ["6650809"],
    "วังทอง อบต": ["6650809"],
    "ทต.วัง": ["5650803"],
    "ทต. ทอง": ["5650803"],
    "ทม.": ["4650103"],
    "ทน.พิษณุโลก": ["3650102"],
    "ทนง": ["6650811"],
    "อบจ.": ["2650101", "2900101"],
    "อบจ.สงขลา": ["2900101"],
    "กทม": ["1100000"],
    "กรุงเทพฯ": ["1100000"],
    "โคกม่วงจปร": ["5900201"],
    "โคกม่วง กม5": ["5900201"],
    "เทศบาลต.โคกม่วง": ["5900201"],
    "ดินทอง วังทอง": ["6650807"],  # a name and its district
    "ดินทอง พิษณุโลก": ["6650807"],
    "อบต.ดินทอง อ.วังทอง จ.พิษณุโลก": ["6650807"],
    "ต.ดินทอง อำเภอวังทอง จังหวัดพิษณุโลก": ["6650807"],
    "อบต. อ.วังทอง": ["6650809", "6650811", "6650807"],  # the one of that name first
    "ดินทอง อ.เมือง": [],
    "100%": ["6650811"],
    "%": ["6650811"],
    "ง_ไ": ["6650811"],
    "_": ["6650811"],
    "\\": [],
    "อบต.%": ["6650811"],
    "ไม่มี": [],
    "'; --": [],
    "ฮ " * 5_000: [],
    "๙" * 5_000: [],
}


@pytest.fixture
def known(app: Flask) -> None:
    for content in (LIST, UPGRADE):
        with transaction():
            import_lines(system("test"), file_lines(BytesIO(content.encode())))


def codes(q: str, province_code: str = "", district_code: str = "") -> list[str]:
    return [lao.code for lao in find_laos(q, province_code, district_code).fitting]


@pytest.mark.usefixtures("known")
def test_a_code_finds_its_lao_now_and_after_an_upgrade() -> None:
    found, *others = [find_by_code(code) for code in ("5650810", "๕๖๕๐๘๑๐", " 6650810\u200b")]

    assert found
    assert (found.code, found.name, found.type) == (
        "5650810",
        "เทศบาลตำบลแก่งโสภา",
        OrganisationType.SUBDISTRICT_MUNICIPALITY,
    )
    assert (found.province, found.district, found.closed) == ("พิษณุโลก", "วังทอง", False)
    assert others == [found, found]


@pytest.mark.usefixtures("known")
def test_any_other_code_finds_nobody() -> None:
    wrong = ("", "665081", "6650899", "_______", "%", "\x00", "6" * 10_000)

    assert [find_by_code(code) for code in wrong] == [None] * len(wrong)


@pytest.mark.usefixtures("known")
def test_a_search_finds_by_code_name_and_short_form() -> None:
    assert {q: codes(q) for q in WANTED} == WANTED
    assert len(codes("\x00")) == 12, "nothing is left of it: no narrowing"


@pytest.mark.usefixtures("known")
def test_a_search_is_narrowed_by_province_and_district() -> None:
    assert codes("", province_code="90") == ["2900101", "6900115", "5900201"]
    assert codes("องค์การ", province_code="65", district_code="6501") == ["2650101"]
    assert codes("", district_code="9001") == ["2900101", "6900115"]
    assert codes("", province_code="99") == []


@pytest.mark.usefixtures("known")
def test_results_stand_by_province_district_and_name_in_thai_order() -> None:
    names = [(lao.province, lao.district, lao.name) for lao in find_laos("").fitting]

    assert len(names) == 12
    assert names[0] == ("กรุงเทพมหานคร", "", "กรุงเทพมหานคร"), "Bangkok has no district"
    assert [name for _, district, name in names if district == "วังทอง"] == [
        "เทศบาลตำบลแก่งโสภา",
        "เทศบาลตำบลวังทอง",
        "องค์การบริหารส่วนตำบล 100% ทนง_ไทย",
        "องค์การบริหารส่วนตำบลดินทอง",
        "องค์การบริหารส่วนตำบลวังทอง",
    ]


@pytest.mark.usefixtures("known")
def test_a_closed_lao_is_not_found_by_a_search_but_by_its_code() -> None:
    with transaction():
        gone = update(Organisation).where(Organisation.code == "6650807").values(closed_at=datetime.now(UTC))
        db.session.execute(gone)

    assert codes("ดินทอง") == []
    assert organisation_total() == 11
    found = find_by_code("6650807")
    assert found
    assert found.closed


@pytest.mark.usefixtures("app")
def test_provinces_and_districts_stand_in_thai_order() -> None:
    names = [name for _, name in provinces()]

    assert len(names) == 77
    assert names[:3] == ["กระบี่", "กรุงเทพมหานคร", "กาญจนบุรี"]
    assert names.index("เชียงใหม่") < names.index("ตรัง") < names.index("แพร่") < names.index("ภูเก็ต")
    assert ("6508", "วังทอง") in districts("65")
    assert [code for code, _ in districts("99")] == []
