"""More time for a place or a list of LAOs, and taking it back."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.access import Actor
from app.db import db
from app.ledger.replay import replayed
from app.ledger.rules import Told
from app.models import FixedRound, HistoryEntry, WindowException
from app.models.enums import Role, Round
from app.nacc.administration.windows.queries import extension_groups
from app.nacc.administration.windows.rules import named
from app.plans.queries import window_for
from app.registry.operations import set_closed
from tests.client import Client
from tests.factories import NOW, YEAR, make_lao, make_staff
from tests.lao.fixed_rounds.closing import fix
from tests.pages import check_refused, enter, fields, sentences

ADDRESS = "/nacc/admin/windows/more-time"
PAST = {"opens_at": "1/10/2560", "closes_at": "31/10/2560", "version": "0"}
FLOOD = {"year": str(YEAR), "round": "6", "until": "31/12/2640", "why": "น้ำท่วม", "code": "", "area": ""}


@pytest.fixture
def laos(app: Flask, client: Client) -> list[Actor]:
    """Two of one district, one of the same province, one of another, one that is closed; round 6 closed for all."""
    places = (
        ("6650807", "65", "6508"),
        ("6650808", "65", "6508"),
        ("6650101", "65", "6501"),
        ("6900101", "90", "9001"),
    )
    made = [
        make_lao(code, name=f"เทศบาลตำบล {code}", province=province, district=district)
        for code, province, district in places
    ]
    gone = make_lao("6650809", name="เทศบาลตำบลที่ปิด")
    set_closed(made[0], gone.own_organisation_id, True, "ยุบรวม", NOW)
    db.session.commit()
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    client.get("/nacc/admin/windows")
    client.send(f"/nacc/admin/windows/{YEAR}/6", PAST)
    return made


def _until(lao: Actor) -> datetime | None:
    db.session.rollback()
    window = window_for(lao.own_organisation_id, YEAR, Round.SIX)
    return window.closes_at if window.extended else None


def _give(client: Client, **typed: str) -> str:
    """Sent, asked about, and sent again; gives what was asked."""
    asked = client.send(ADDRESS, FLOOD | typed)
    assert asked.status_code == 422, asked.text
    sure = {"sure": fields(asked.text)["sure"][0]}
    assert client.send(ADDRESS, FLOOD | typed | sure).status_code == 303
    return asked.text


@pytest.mark.parametrize(
    ("typed", "number", "words", "given"),
    [
        ({"area": "6508"}, 2, "ทุกแห่งใน", [True, True, False, False]),
        ({"area": "65"}, 3, "ทุกแห่งใน", [True, True, True, False]),
        ({"code": "๖๖๕๐๘๐๗ 6900101,6650807"}, 2, "เทศบาลตำบล 6650807, เทศบาลตำบล 6900101", [True, False, False, True]),
    ],
)
def test_a_place_or_a_list_gets_more_time_once_its_number_was_said(
    laos: list[Actor], client: Client, typed: dict[str, str], number: int, words: str, given: list[bool]
) -> None:
    asked = _give(client, **typed)
    assert f"จะขยายเวลาให้ {number} แห่ง" in asked
    assert words in asked
    assert [_until(lao) is not None for lao in laos] == given
    entries = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "give more time")).all()
    assert len(entries) == number
    assert {entry.reason for entry in entries} == {"น้ำท่วม"}
    page = client.get("/nacc/admin/windows").text
    assert "น้ำท่วม" in page
    assert f"{number} แห่งใน" in page


def test_who_has_longer_keeps_it(laos: list[Actor], client: Client) -> None:
    client.send(ADDRESS, FLOOD | {"code": "6650807", "until": "31/12/2641"})
    _give(client, area="6508")
    assert [until.year for lao in laos[:2] if (until := _until(lao))] == [2641 - 543, 2640 - 543]
    assert "อีก 1 แห่งมีเวลาถึงตอนนั้นหรือนานกว่าอยู่แล้ว" in client.get("/nacc/admin/windows").text


def test_who_gave_it_last_is_named_beside_it(laos: list[Actor], client: Client) -> None:
    # given time that one administrator gave to one LAO
    client.send(ADDRESS, FLOOD | {"code": "6650807", "until": "31/12/2638"})
    # when others give it longer, first to that one and then to its district
    enter(client, make_staff("second", Role.ADMINISTRATOR).id)
    version = str(db.session.scalars(select(WindowException.version)).one())
    client.send(ADDRESS, FLOOD | {"code": "6650807", "until": "31/12/2639", "version": version})
    assert [(group.by, group.number) for group in extension_groups()] == [("second", 1)]
    enter(client, make_staff("third", Role.ADMINISTRATOR).id)
    _give(client, area="6508")
    # then
    assert [(group.by, group.number) for group in extension_groups()] == [("third", 2)]


def test_of_many_names_the_first_are_said_and_all_are_counted() -> None:
    assert named(list("กขคงจ")) == "ก, ข, ค, ง, จ"
    assert named(list("กขคงจฉช")) == "ก, ข, ค, ง, จ และอีก 2 แห่ง"


def test_what_is_wrong_is_said_beside_its_field(laos: list[Actor], client: Client) -> None:
    for typed, wrong in (
        ({"code": "6650807", "area": "65"}, {"code": "อย่างใดอย่างหนึ่ง"}),
        ({}, {"code": "กรอกรหัส 7 หลักของ อปท. หรือเลือกพื้นที่"}),
        ({"code": "6650807 1234567 6650809"}, {"code": "ไม่พบ อปท. ที่เปิดอยู่ รหัส 1234567, 6650809"}),
        ({"code": "6650809"}, {"code": "ไม่พบ อปท. ที่เปิดอยู่ รหัส 6650809"}),
        ({"area": "9999"}, {"area": "ไม่มี อปท. ในพื้นที่นี้"}),
        ({"area": "65", "until": "1/1/2561"}, {"until": "ผ่านไปแล้ว"}),
    ):
        check_refused(client, ADDRESS, FLOOD | typed, wrong, forgets=("area", "round"))
    endless = client.send(ADDRESS, FLOOD | {"area": "65", "round": "12"})
    assert "ไม่มีกำหนดปิด" in sentences(endless.text)["until"]


def test_time_is_taken_back_with_a_reason_from_all_or_some(laos: list[Actor], client: Client) -> None:
    # given
    _give(client, area="65")
    first = min(lao.own_organisation_id for lao in laos[:3])
    page = f"{ADDRESS}/{first}/{YEAR}/6"
    shown = client.get(page)
    assert sorted(fields(shown.text)["ids"]) == sorted(str(lao.organisation_id) for lao in laos[:3])
    check_refused(client, page, {"ids": [str(laos[0].organisation_id)], "why": ""}, {"why": "กรอกเหตุผลที่ถอน"})
    assert "ยังไม่ได้เลือก" in client.send(page, {"why": "ให้ผิด"}).text

    # when
    some = {"ids": [str(laos[0].organisation_id), str(laos[3].organisation_id)], "why": "ให้ผิด"}
    assert client.send(page, some).status_code == 303

    # then
    assert [_until(lao) is not None for lao in laos] == [False, True, True, False]
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "withdraw more time")).one()
    assert (entry.organisation_id, entry.reason, entry.after) == (laos[0].organisation_id, "ให้ผิด", None)
    assert "ถอนการขยายเวลารายงาน" in client.get("/nacc/admin/history").text
    of_it = select(HistoryEntry).where(HistoryEntry.organisation_id == laos[0].organisation_id)
    told = [
        Told(e.id, e.at, e.actor_role, e.action, e.entity, e.entity_key, e.organisation_id, e.before, e.after, e.reason)
        for e in db.session.scalars(of_it.where(HistoryEntry.entity == "window"))
    ]
    assert replayed(told) == {}, "the public log knows that it is gone"
    rest = db.session.scalars(select(WindowException.organisation_id)).first()
    left = client.get(f"{ADDRESS}/{rest}/{YEAR}/6")
    assert client.send(f"{ADDRESS}/{rest}/{YEAR}/6", fields(left.text) | {"why": "น้ำลดแล้ว"}).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(WindowException)) == 0
    assert client.get(f"{ADDRESS}/{rest}/{YEAR}/6").status_code == 404


def test_those_given_the_same_time_for_another_reason_or_in_another_round_are_another_group(
    laos: list[Actor], client: Client
) -> None:
    # given two LAOs with time for a flood, one until the same day for a fire, and one in the other round
    client.send(f"/nacc/admin/windows/{YEAR}/12", PAST)
    _give(client, area="6508")
    for code, typed in (("6650101", {"why": "ไฟไหม้"}), ("6900101", {"round": "12"})):
        assert client.send(ADDRESS, FLOOD | {"code": code} | typed).status_code == 303
    # when the time of one of the first is taken back, with the ids of all
    page = f"{ADDRESS}/{laos[0].organisation_id}/{YEAR}/6"
    of_flood = [str(lao.organisation_id) for lao in laos[:2]]
    assert sorted(fields(client.get(page).text)["ids"]) == sorted(of_flood)
    everybody = {"ids": [str(lao.organisation_id) for lao in laos], "why": "น้ำลดแล้ว"}
    assert client.send(page, everybody).status_code == 303
    # then the others keep theirs
    left = db.session.execute(select(WindowException.organisation_id, WindowException.round)).all()
    assert {tuple(row) for row in left} == {(laos[2].organisation_id, 6), (laos[3].organisation_id, 12)}


def test_time_that_was_changed_since_the_page_was_opened_is_not_taken_back(laos: list[Actor], client: Client) -> None:
    # given a page that shows two LAOs of the same time, one of which was given more since
    _give(client, area="6508")
    ids = [str(lao.organisation_id) for lao in laos[:2]]
    given = db.session.scalars(
        select(WindowException.version).where(WindowException.organisation_id == int(ids[1]))
    ).one()
    longer = FLOOD | {"code": "6650808", "until": "31/12/2641", "version": str(given)}
    assert client.send(ADDRESS, longer).status_code == 303
    # when
    page = f"{ADDRESS}/{ids[0]}/{YEAR}/6"
    client.get(page)
    assert client.send(page, {"ids": ids, "why": "ให้ผิด"}).status_code == 303
    # then
    assert [until and until.year for until in map(_until, laos[:2])] == [None, 2641 - 543]


def test_a_round_that_more_time_opened_again_is_closed_again_when_it_is_taken_back(
    laos: list[Actor], client: Client
) -> None:
    fix()
    in_force = select(func.count()).select_from(FixedRound).where(FixedRound.in_force, FixedRound.round == 6)
    before = db.session.scalar(in_force) or 0
    _give(client, area="65")
    db.session.rollback()
    assert db.session.scalar(in_force) == before - 3
    first = min(lao.own_organisation_id for lao in laos[:3])
    page = client.get(f"{ADDRESS}/{first}/{YEAR}/6")
    client.send(f"{ADDRESS}/{first}/{YEAR}/6", fields(page.text) | {"why": "ให้ผิด"})
    fix()
    db.session.rollback()
    assert db.session.scalar(in_force) == before


def test_groups_of_one_closing_stand_in_one_order_always(laos: list[Actor], client: Client) -> None:
    """By year and round, and then by who was first in the registry, whatever was given first."""
    client.send(f"/nacc/admin/windows/{YEAR}/12", PAST)
    for code, typed in (
        ("6900101", {"why": "ก", "round": "12"}),
        ("6650101", {"why": "ข"}),
        ("6650808", {"why": "ค"}),
        ("6650807", {"why": "ฮ"}),
    ):
        assert client.send(ADDRESS, FLOOD | {"code": code} | typed).status_code == 303
    told = [(group.reason, group.round, group.first) for group in extension_groups()]
    first, second, third, last = (lao.own_organisation_id for lao in laos)
    assert told == [("ฮ", 6, first), ("ค", 6, second), ("ข", 6, third), ("ก", 12, last)]
