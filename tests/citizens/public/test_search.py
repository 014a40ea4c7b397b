"""One search for places, projects and the manual: what strangers find, what they never find, and what it may cost."""

import re
from urllib.parse import quote

import pytest
from flask import Flask

from app.accounts.queries import actor_of
from app.citizens.public import queries
from app.citizens.public.queries import find_projects
from app.db import db, transaction
from app.lao.projects.operations import delete_project
from app.models import Organisation
from app.models.enums import Role
from app.nacc.blackouts.operations import black_out
from app.nacc.blackouts.rules import BlackedText
from app.plans.queries import period_of
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_organisation, make_project, make_staff

HTMX = {"HX-Request": "true"}


def names(q: str, below: int = 0) -> list[str]:
    return [each.name for each in find_projects(q, below).projects]


def test_what_is_near_is_offered_when_nothing_fits(app: Flask, client: Client) -> None:
    make_organisation()
    page = client.get("/public/search?q=อบต.ดืนท่อง").text

    assert "ไม่พบ “อบต.ดืนท่อง” ที่ใกล้เคียงมี" in " ".join(page.split())
    assert 'href="/public/organisations/6650807"' in page[page.index('id="near-h"') :]
    assert "อำเภอวังทอง จังหวัดพิษณุโลก" in page


def test_typing_narrows_in_place_and_the_same_form_works_without_javascript(app: Flask, client: Client) -> None:
    make_organisation()
    whole, part = (client.get("/public/search?q=ดินทอง", headers=headers).text for headers in ({}, HTMX))

    form = re.search(r"<form[^>]*>", whole)
    assert form
    for said in ('action="/public/search"', 'data-hx-target="#found"', 'data-hx-sync="this:replace"', "input delay:"):
        assert said in form[0]
    assert part.lstrip().startswith('<div id="found">')
    assert '<p class="mute" role="status">พบ 1 แห่ง' in part
    assert part.strip() in whole


def test_projects_are_found_by_their_words_and_their_lao(app: Flask, client: Client) -> None:
    # given
    lao, other = make_lao("6650807"), make_lao("6650900")
    with transaction():
        db.session.get_one(Organisation, other.organisation_id).name = "องค์การบริหารส่วนตำบลแก่งโสภา"
    make_organisation("6650899", "องค์การบริหารส่วนตำบลรวมใจ")
    make_project(lao, facts("อบรมต้านทุจริต"))
    make_project(other, facts("อบรมผู้นำ"))

    # then
    assert names("อบรม") == ["อบรมผู้นำ", "อบรมต้านทุจริต"]
    for q in ("อบรม ดินทอง", "อบต.ดินทอง อบรม", "ทุจริต อ.วังทอง", "ต้าน-ทุจริต"):
        assert names(q) == ["อบรมต้านทุจริต"], q
    assert names("อบรม อบต.รวมใจ") == names("ไม่มีแน่") == names("") == names("อบ") == []
    page = client.get(f"/public/search/projects?q={quote('อบรม ดินทอง')}").text
    assert re.search(r'href="/public/projects/\d+">อบรมต้านทุจริต</a>', page)
    assert "องค์การบริหารส่วนตำบลดินทอง" in page
    assert f'data-hx-get="/public/search/projects?q={quote("อบรม")}"' in client.get("/public/search?q=อบรม").text


def test_deleted_and_blacked_out_words_are_found_by_nobody(app: Flask, client: Client) -> None:
    # given
    lao = make_lao()
    gone, black = make_project(lao, facts("ลับเฉพาะหนึ่ง")), make_project(lao, facts("ลับเฉพาะสอง"))
    assert len(names("ลับเฉพาะ")) == 2

    # when
    with transaction():
        delete_project(lao, period_of(YEAR), gone, 1, "ซ้ำ", NOW)  # type: ignore[arg-type]
    with transaction():
        chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
        black_out(chief, black, BlackedText.NAME, "ข้อมูลส่วนบุคคล", NOW)

    # then
    for q in ("ลับเฉพาะ", "ลับเฉพาะ ดินทอง"):
        assert names(q) == []
        assert "ลับเฉพาะหนึ่ง" not in client.get(f"/public/search/projects?q={q}").text


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_a_search_that_stopped_goes_on_where_it_was_and_misses_nothing(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    # given
    lao = make_lao()
    every = [f"อบรมรุ่น {number}" for number in range(25)]
    for place, name in enumerate(every):
        make_project(lao, facts(name))
        make_project(lao, facts(f"อื่น {place}"))
    monkeypatch.setattr(queries, "AT_ONCE", at_once)

    for seconds in (60, 0):
        # when
        monkeypatch.setattr(queries, "SECONDS", seconds)
        seen, below, asked = list[str](), 0, 0
        while asked == 0 or below:
            found = find_projects("อบรม", below)
            seen, below, asked = [*seen, *(each.name for each in found.projects)], found.below, asked + 1
            assert len(found.projects) <= queries.MOST_SHOWN
            assert asked < 80

        # then
        assert seen == every[::-1]


def test_the_manual_answers_beneath(app: Flask, client: Client) -> None:
    page = client.get("/public/search?q=ลืมรหัสผ่าน").text

    assert 'href="/help/questions#forgot"' in page
    assert "ในคู่มือ" in page


def test_a_search_is_bounded(app: Flask, client: Client) -> None:
    for path in ("/public/search", "/public/search/projects", "/codes"):
        for q in ("%00", "%25", "'", "ก" * 3000, "ก " * 3000, "a" * 3000, "อบต." * 800, "9" * 400):
            assert client.get(f"{path}?q={q}").status_code == 200, path
    assert client.get("/public/search/projects?q=อบรม&below=99999999999999").status_code == 200


def test_projects_are_counted_as_what_strangers_cost(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_LIMIT_ADDRESS", "3/minute")
    codes = [client.get(f"/public/search/projects?q=อบรม{number}").status_code for number in range(5)]
    assert (codes[0], codes[-1]) == (200, 429)
