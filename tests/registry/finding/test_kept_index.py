"""What a process keeps to search by follows every change of the registry at the next search, whoever made it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import create_engine, update
from sqlalchemy.engine import Engine

from app.db import db, table
from app.models import Organisation
from app.models.enums import PlaceKind, Role
from app.registry.finding.index import Among
from app.registry.finding.queries import KeptIndex
from tests.client import Client
from tests.factories import PASSWORD, make_organisation, make_staff
from tests.pages import fields

OLD, OTHER = "6650807", "6650899"
PAGE = f"/nacc/admin/registry/{OLD}"
LAOS = frozenset({PlaceKind.ORGANISATION})


class OfTwoProcesses:
    """What two processes keep, each for itself; both have searched before."""

    def __init__(self) -> None:
        self._kept = KeptIndex(), KeptIndex()
        self("ดินทอง")

    def __call__(self, q: str, *, closed: bool = False) -> list[str]:
        one, other = (
            [lao.code for lao in kept.now().find(q, Among(LAOS, closed=closed)).fitting] for kept in self._kept
        )
        assert one == other
        return one


@pytest.fixture
def admin(app: Flask, client: Client) -> Client:
    make_organisation(OLD)
    make_organisation(OTHER, "องค์การบริหารส่วนตำบลรวมใจ")
    make_staff("admin", Role.ADMINISTRATOR)
    client.sign_in("admin", PASSWORD)
    return client


@pytest.fixture
def elsewhere(app: Flask) -> Iterator[Engine]:
    """The database as another process has it."""
    engine = create_engine(db.engine.url)
    yield engine
    engine.dispose()


FORM = {
    "code": OLD,
    "name": "องค์การบริหารส่วนตำบลดินทอง",
    "type": "องค์การบริหารส่วนตำบล",
    "province_code": "65",
    "district_code": "6508",
    "since": "1/10/2561",
    "document": "ประกาศ มท. 7/2561",
}


def changed(admin: Client, **typed: str) -> None:
    version = fields(admin.get(PAGE).text)["version"][0]
    answer = admin.send(PAGE, FORM | {"version": version} | typed)
    assert answer.status_code == 303


def test_another_name_finds_the_lao_and_so_does_the_former_one(admin: Client) -> None:
    find = OfTwoProcesses()
    assert (find("ดินทอง"), find("ดินเงิน")) == ([OLD], [])

    changed(admin, name="องค์การบริหารส่วนตำบลดินเงิน")

    assert (find("ดินทอง"), find("ดินเงิน")) == ([OLD], [OLD])


def test_another_code_and_type_find_the_lao_beside_those_of_before(admin: Client) -> None:
    find = OfTwoProcesses()

    changed(admin, code="5650807", name="เทศบาลตำบลดินทอง", type="เทศบาลตำบล")

    for q in (OLD, "5650807", "ทต.ดินทอง", "อบต.ดินทอง"):
        assert find(q) == ["5650807"], q


def test_the_name_of_an_lao_that_was_merged_finds_its_successor(admin: Client) -> None:
    find = OfTwoProcesses()
    merging = {"kind": "merge", "successors": OTHER, "projects": "along", "since": "1/10/2561"}

    answer = admin.send(f"{PAGE}/succession", merging | {"document": "ประกาศ 7/2561", "document_date": "15/8/2561"})

    assert answer.status_code == 303
    assert find("ดินทอง") == [OTHER]
    assert find("ดินทอง", closed=True) == [OTHER, OLD], "the one that is open stands first"


def test_a_closed_lao_is_found_where_its_past_is_told(admin: Client) -> None:
    find = OfTwoProcesses()

    assert admin.send(f"{PAGE}/close", {"why": "ยุบเลิก", "since": "1/10/2561"}).status_code == 303

    assert (find("ดินทอง"), find("ดินทอง", closed=True)) == ([], [OLD])
    public = admin.get("/public/search?q=ดินทอง").text
    assert f'href="/public/organisations/{OLD}"' in public
    assert "ปิดแล้ว" in public


def test_what_another_process_wrote_is_seen_at_the_next_search(admin: Client, elsewhere: Engine) -> None:
    find = OfTwoProcesses()
    lao = table(Organisation).c
    changes = ({"name": "องค์การบริหารส่วนตำบลดินเงิน", "version": 2}, {"closed_at": datetime.now(UTC)})

    for change, found in zip(changes, ([OLD], []), strict=True):
        db.session.rollback()
        with elsewhere.begin() as connection:
            connection.execute(update(table(Organisation)).where(lao.code == OLD).values(**change))

        assert find("ดินเงิน") == found
