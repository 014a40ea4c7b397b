"""Words that are searched for stand for themselves in every list."""

from urllib.parse import urlencode

import pytest
from flask import Flask

from app.db import transaction
from app.lao.projects.operations import delete_project
from app.models.enums import Role
from app.plans.queries import period_of
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_staff
from tests.pages import enter

# Every list that is searched for words, and who looks.
SEARCHED = (
    ("lao", "/projects?year=all"),
    ("lao", f"/reporting?year={YEAR}&round=6"),
    ("officer", "/nacc/review?status=pending"),
    ("admin", "/nacc/admin/deleted?"),
    ("admin", f"/api/v1/projects?year={YEAR}"),
)


@pytest.mark.parametrize(
    ("word", "found"), [("50%", True), ("%", True), ("ใน_ปี", True), ("_", True), ("5%ล", False), ("50_", False)]
)
def test_a_sign_in_a_search_stands_for_itself(app: Flask, client: Client, word: str, found: bool) -> None:
    # given a name with signs that SQL takes for any letters, and one that would be found by them
    lao = make_lao()
    names = "อบรม 50% ลดเสี่ยงใน_ปี", "อบรม 500 ลดเสี่ยงในxปี"
    for name in names:
        make_project(lao, facts(name))
        gone = make_project(lao, facts(f"{name} ลบ"))
        with transaction():
            delete_project(lao, period_of(YEAR), gone, 1, "ซ้ำ", NOW)  # type: ignore[arg-type]
    who = {
        "lao": lao.account_id or 0,
        "officer": make_staff("somsri", Role.OFFICER, "65").id,
        "admin": make_staff("chief", Role.ADMINISTRATOR).id,
    }
    # then
    for looks, address in SEARCHED:
        enter(client, who[looks])
        shown = client.get(f"{address}&{urlencode({'q': word})}")
        text = shown.text if shown.mimetype == "text/html" else str(shown.json)
        assert [name in text for name in names] == [found, False], address
