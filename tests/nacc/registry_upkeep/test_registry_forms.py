"""The registry on screen: pick lists, a code that is taken, and a name that says another type."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.models import Organisation, Project
from app.models.enums import OrganisationType, Role
from app.nacc.registry_upkeep.rules import contradiction, type_in_name
from app.registry.queries import find_by_code
from tests.client import Client
from tests.factories import make_former, make_lao, make_project, make_staff
from tests.pages import elements, enter, fields, sentences

NEW = "/nacc/admin/registry/new"
FORM = {
    "code": "6650810",
    "name": "องค์การบริหารส่วนตำบลใหม่",
    "type": "องค์การบริหารส่วนตำบล",
    "province_code": "65",
    "district_code": "6508",
    "since": "",
    "document": "",
}


@pytest.fixture
def chief(app: Flask, client: Client) -> None:
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    client.get(NEW)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("เทศบาลตำบลดินทอง", OrganisationType.SUBDISTRICT_MUNICIPALITY),
        ("เทศบาลเมืองคอหงส์", OrganisationType.TOWN),
        ("องค์การบริหารส่วนจังหวัดสงขลา", OrganisationType.PAO),
        ("กรุงเทพมหานคร", OrganisationType.BANGKOK),
        ("ดินทอง", None),
    ],
)
def test_the_type_a_name_says(name: str, expected: OrganisationType | None) -> None:
    assert type_in_name(name) is expected
    assert contradiction(name, expected.label if expected else "เทศบาลเมือง") == {}


def test_a_code_that_is_known_adds_nobody_and_changes_nobody(app: Flask, client: Client, chief: None) -> None:
    """Of today or of before: that LAO keeps its name, its place and its projects."""
    lao = make_lao()
    project_id = make_project(lao)
    organisation = db.session.get_one(Organisation, lao.organisation_id)
    make_former(organisation, code="5650807")
    for code in ("6650807", "๕๖๕๐๘๐๗"):
        answer = client.send(NEW, FORM | {"code": code, "province_code": "90", "district_code": "9001"})
        assert answer.status_code == 422
        assert "รหัส" in sentences(answer.text)["code"]
        assert "องค์การบริหารส่วนตำบลดินทอง" in sentences(answer.text)["code"]
        assert fields(answer.text)["name"] == [FORM["name"]]
    same = client.send(NEW, FORM | {"code": "6650807", "name": "องค์การบริหารส่วนตำบลดินทอง"})
    assert same.status_code == 422, "also where the form says nothing new of it"
    db.session.rollback()
    found = find_by_code("6650807")
    assert found
    assert (found.name, found.province_code) == ("องค์การบริหารส่วนตำบลดินทอง", "65")
    assert db.session.get_one(Project, project_id).province_code == "65"
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 1


def test_province_and_district_are_chosen_by_name(app: Flask, client: Client, chief: None) -> None:
    page = client.get(NEW).text
    selects = {each.get("name"): each for each in elements(page, "select")}
    labels = [group.get("label") for group in elements(page, "optgroup")]
    assert {"province_code", "district_code"} <= set(selects)
    assert labels[0] == "กระบี่"
    assert "พิษณุโลก" in labels
    assert client.send(NEW, FORM).status_code == 303
    shown = client.get("/nacc/admin/registry/6650810").text
    assert 'value="65" selected' in shown
    assert 'value="6508" selected' in shown


def test_a_name_that_says_another_type_is_asked_about(app: Flask, client: Client, chief: None) -> None:
    typed = FORM | {"name": "เทศบาลตำบลดินทอง"}
    asked = client.send(NEW, typed)
    assert asked.status_code == 422
    assert "ขึ้นต้นด้วย “เทศบาลตำบล”" in asked.text
    assert "ที่เลือกคือ “องค์การบริหารส่วนตำบล” ซึ่งไม่ตรงกับชื่อ" in asked.text
    assert find_by_code("6650810") is None
    assert client.send(NEW, typed | {"sure": fields(asked.text)["sure"][0]}).status_code == 303
    assert find_by_code("6650810")
