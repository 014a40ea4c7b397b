"""Forms for many rows: chosen is not all, and whoever is asked to confirm reads every filter in force."""

from collections.abc import Iterator
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from app.db import transaction
from app.listing import Choice, choice_of
from app.models.enums import Kind, PlanStatus, ReviewStatus, Role, Round, SignKind, SignVerdict, Which
from app.nacc.evaluation.operations import save_from_file
from app.nacc.evaluation.rules import ScoreCell, ScoreEntry
from app.nacc.lao_accounts.rules import AccountFilter, AccountState
from app.nacc.plan_years.rules import PlanFilter, ScoreStanding
from app.nacc.proposals.operations import set_minimum
from app.nacc.review.rules import ReviewQueue
from app.nacc.signs.rules import SignFilter
from app.nacc.waiting.rules import RoundStanding, WaitingFilter
from tests.client import XHTML, Client
from tests.factories import NOW, YEAR, facts, make_lao, make_organisation, make_project, make_sign, make_staff
from tests.pages import enter, kept, tags, tree, without_choices

NOTHING = "ยังไม่ได้เลือกรายการ"
TICKED = {"/nacc/review/many", "/nacc/plan-years/many", "/nacc/waiting/many", "/nacc/signs/many"}
FILTERED = {
    "/nacc/accounts/codes",
    "/nacc/scores/close",
    "/nacc/scores/open",
    "/nacc/scores/publish",
    "/nacc/scores/proposals",
}


@pytest.mark.parametrize(
    ("ticked", "everything", "choice"),
    [
        ([], "", Choice()),
        ([], "0", Choice()),
        ([], "1", Choice((), True)),
        (["3", "๔"], "", Choice((3, 4))),
        (["3"], "1", Choice((3,))),  # the narrower of the two
        (["x", "-1", ""], "1", Choice()),
        (["1", "2", "3"], "", Choice((1, 2))),
    ],
)
def test_chosen_is_never_all_by_leaving_it_out(ticked: list[str], everything: str, choice: Choice) -> None:
    assert choice_of(ticked, everything, most=2) == choice
    assert bool(choice) is (choice != Choice())


@pytest.mark.parametrize(
    ("bare", "narrow"),
    [
        (
            PlanFilter(year=YEAR),
            {"year": 2562, "status": PlanStatus.FAILED, "scores": ScoreStanding.PARTLY, "q": "ดินทอง"},
        ),
        (AccountFilter(), {"state": AccountState.LOCKED, "q": "ดินทอง"}),
        (
            WaitingFilter(year=YEAR, round=Round.SIX),
            {"year": 2562, "round": Round.TWELVE, "state": RoundStanding.PARTLY, "q": "ดินทอง"},
        ),
        (
            SignFilter(year=YEAR, round=Round.SIX),
            {"year": 2562, "round": Round.TWELVE, "kind": SignKind.LAST_HOUR, "state": SignVerdict.ASKED, "q": "ดินทอง"},
        ),
        (
            ReviewQueue(),
            {"status": ReviewStatus.REJECTED, "dimension": 3, "kind": Kind.MEASURE, "year": YEAR, "days": 30}
            | {"again": "1", "q": "x"},
        ),
    ],
)
def test_each_filter_changes_the_words_of_the_confirmation(bare: Any, narrow: dict[str, Any]) -> None:
    named = set(narrow) | {"page", "province", "district", "lao"}  # the two are one argument, below
    assert {field.name for field in fields(bare)} == named, "a filter that this test does not know"
    assert "อำเภอวังทอง" in bare.in_words("จังหวัดพิษณุโลก อำเภอวังทอง")
    for name, value in narrow.items():
        assert replace(bare, **{name: value}).in_words("ที่ใด") != bare.in_words("ที่ใด"), name


@pytest.fixture
def desks(app: Flask, client: Client) -> Client:
    """An officer's desks, each with two rows, one of them with a score that a minimum lets pass."""
    lao, other = make_lao(), make_organisation("6650808", "องค์การบริหารส่วนตำบลที่อื่น", passed=())
    for name in ("โครงการที่หนึ่ง", "โครงการที่สอง"):
        make_project(lao, facts(name))
    make_sign(lao.own_organisation_id)
    officer = enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    with transaction():
        save_from_file(
            officer, {(other.id, YEAR): {ScoreCell(Which.EVALUATION, 1): ScoreEntry(Decimal(18), None)}}, "", NOW
        )
        set_minimum(officer, YEAR, Decimal(18), 0, NOW)
    return client


@pytest.mark.parametrize("path", ["/nacc/plan-years", "/nacc/scores", "/nacc/waiting", "/nacc/accounts"])
def test_a_desk_finds_a_name_with_its_district_beside_it(path: str, desks: Client) -> None:
    # given the same name in another district
    make_organisation("6650101", "องค์การบริหารส่วนตำบลดินทองเหนือ", district="6501")

    # when both words are typed
    page = without_choices(desks.get(f"{path}?year={YEAR}&round=6&q=ดินทอง วังทอง&state=all").text)

    # then the LAO of that district stands alone, with its code
    assert [code in page for code in ("6650807", "6650808", "6650101")] == [True, False, False]


def _desk_pages(app: Flask, client: Client) -> Iterator[tuple[str, str]]:
    """Every page of NACC's that an address without parts leads to."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.rule.startswith("/nacc"):
            answer = client.get(f"{rule.rule}?year={YEAR}")
            if answer.status_code == 200 and answer.mimetype == "text/html":
                yield rule.rule, answer.text


def _forms_with_ticks(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Address of each form whose rows can be ticked, and what it sends where none is."""
    page = tree(html)
    ticks = [each for each in page.iter(f"{XHTML}input") if (each.get("type"), each.get("name")) == ("checkbox", "ids")]
    for form in page.iter(f"{XHTML}form"):
        inside = list(form.iter(f"{XHTML}input"))
        if any(tick.get("form") == form.get("id") if tick.get("form") else tick in inside for tick in ticks):
            yield form.get("action"), {each.get("name"): each.get("value") for each in inside if each not in ticks}


def test_every_form_with_ticks_leads_back_to_its_list_with_a_word(desks: Client, app: Flask) -> None:
    found = set()
    for path, html in _desk_pages(app, desks):
        for address, sent in _forms_with_ticks(html):
            found.add(address)
            here = f"{address}?{urlencode(sent)}"
            for answer in (desks.get(here, follow_redirects=True), desks.send(here, {}, follow_redirects=True)):
                assert answer.request.path == path
                assert NOTHING in answer.text
                assert dict(answer.request.args) == {name: value for name, value in sent.items() if name != "page"}
            ways = [a["href"] for tag, a in tags(html) if tag == "a" and a["href"].startswith(address)]
            whole = [way for way in ways if "ids=" not in way]  # the others are about one row
            assert len(whole) == 1, "the list has a way to all that it shows, beside that to what is ticked"
            confirm = desks.get(whole[0]).text
            assert NOTHING not in confirm
            assert 'name="all" value="1"' in confirm
            assert 'name="ids"' not in confirm
    assert found == TICKED


def test_a_confirmation_without_a_choice_changes_nothing(desks: Client) -> None:
    before = kept()
    typed = {"verdict": "approve", "status": "failed", "expected": "2"}
    for path in sorted(TICKED):
        for more in ({}, {"ids": "x"}, {"all": "yes"}):
            assert desks.send(f"{path}?year={YEAR}", typed | more).status_code == 303
    assert kept() == before


def test_every_confirmation_of_all_names_the_place_and_the_words(desks: Client) -> None:
    for path in sorted(TICKED | FILTERED):
        page = desks.get(f"{path}?year={YEAR}&province=65&district=6508&q=ที่&all=1").text
        for words in ("จังหวัดพิษณุโลก อำเภอวังทอง", "มีคำว่า “ที่”"):
            assert words in page, path
