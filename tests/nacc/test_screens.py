"""Every screen and list of the desk, read whole: each word, number, link and field of it is as it was read before.

What stands in `screens/` was read by a person once. Where a screen is meant to change, READ_ANEW=1 writes it anew,
and the change shows in the commit.
"""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import clock
from app.db import db, transaction
from app.lao.fixed_rounds.operations import fix_due
from app.mails import jobs as mails
from app.models import Organisation, PlanYear, Window
from app.models.enums import PlanStatus, Role
from app.nacc.administration import routes as administration_routes
from app.nacc.day import queries as day_queries
from app.nacc.day import routes as day_routes
from app.nacc.my_deeds import queries as my_deed_queries
from app.nacc.my_deeds import routes as my_deed_routes
from app.nacc.plan_years.operations import set_status
from app.nacc.proposals import routes as proposal_routes
from app.nacc.registry_upkeep import routes as registry_routes
from app.nacc.review import queries as review_queries
from app.nacc.second_person import queries as second_person_queries
from app.uploads import rules as upload_rules
from tests.client import Client
from tests.factories import NOW, YEAR, make_former, make_staff
from tests.nacc.addresses import administrators_screens, officers_screens
from tests.nacc.busy import DAY, SEEN_AT, Busy, add_files, make_busy
from tests.nacc.reading import as_read, differing
from tests.pages import enter, fields
from tests.worlds import Worlds

SCREENS = Path(__file__).parent / "screens"
AFTERWARDS = SEEN_AT + 300 * DAY  # the fiscal year is over


@pytest.fixture
def busy(app: Flask, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> Busy:
    monkeypatch.setattr(clock, "now", lambda: SEEN_AT)
    return worlds.begin(make_busy)


def _compare(client: Client, who: str, addresses: dict[str, str]) -> None:
    """Each of these screens with what was read before; all that differ are told at once."""
    found: list[str] = []
    for name, address in addresses.items():
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.location)
        found += _differing(f"{who}_{name}", answer)
    assert not found, "\n".join(found)


def _differing(name: str, answer: TestResponse) -> list[str]:
    shown = as_read(answer.text) if answer.mimetype == "text/html" else answer.data.decode("utf-8-sig")
    return differing(SCREENS / f"{name}.txt", shown)


@pytest.mark.parametrize("of", ["projects", "plans", "laos"])
def test_an_officers_screens_read_as_before(busy: Busy, client: Client, of: str) -> None:
    enter(client, busy.crowd.officer.account_id)
    add_files(busy.crowd.officer.account_id or 0)
    _compare(client, "officer", officers_screens(busy)[of])


def test_a_second_persons_screens_read_as_before(busy: Busy, client: Client) -> None:
    enter(client, busy.second.account_id)
    (published,) = busy.crowd.ids("6900101")
    _compare(
        client,
        "second",
        {
            "day": f"/nacc?year={YEAR}",
            "deeds": "/nacc/deeds",
            "scores_published": f"/nacc/scores/{published}/{YEAR}",
        },
    )


def test_the_screens_of_an_officer_of_one_province_read_as_before(busy: Busy, client: Client) -> None:
    """Nobody asks them for a province: it is theirs in every address, and no filter that they set."""
    enter(client, make_staff("one", Role.OFFICER, "90").id)
    here = f"year={YEAR}&round=6"
    _compare(
        client,
        "one",
        {
            "day": f"/nacc?year={YEAR}",
            "review": "/nacc/review?status=rejected",
            "review_many": "/nacc/review/many?all=1&district=9001",
            "plan_years": f"/nacc/plan-years?year={YEAR}&status=passed",
            "plan_years_many": f"/nacc/plan-years/many?year={YEAR}&all=1",
            "scores": f"/nacc/scores?year={YEAR}&scores=none",
            "scores_changes": "/nacc/scores/changes",
            "scores_close": f"/nacc/scores/close?year={YEAR}",
            "scores_publish": f"/nacc/scores/publish?year={YEAR}",
            "scores_proposals": f"/nacc/scores/proposals?year={YEAR}",
            "waiting": f"/nacc/waiting?{here}",
            "waiting_many": f"/nacc/waiting/many?{here}&state=all&all=1",
            "mails": "/nacc/waiting/mails?state=waiting",
            "accounts": "/nacc/accounts?state=never",
            "accounts_codes": "/nacc/accounts/codes",
            "signs": f"/nacc/signs?{here}&state=waiting",
            "signs_many": f"/nacc/signs/many?{here}&all=1",
            "exports": "/reports/exports",
        },
    )


def test_an_administrators_screens_read_as_before(busy: Busy, client: Client) -> None:
    enter(client, busy.admin.account_id)
    _compare(client, "admin", administrators_screens(busy))


def test_what_an_lao_sees_of_its_scores_reads_as_before(busy: Busy, client: Client) -> None:
    for code in ("6960101", "6900801", "6900101"):
        enter(client, busy.crowd.laos[code].account_id)
        _compare(
            client, f"lao_{code}", {"scores": f"/evaluation?year={YEAR}", "file": f"/evaluation/table.csv?year={YEAR}"}
        )


def test_files_for_other_offices_read_as_before(busy: Busy, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # given that round 6 has closed: for two LAOs it was fixed, another one stood in another district then
    laos = busy.crowd.laos
    fixed = busy.crowd.ids("6900101", "6900801")
    closing = {"opens_at": NOW - 100 * DAY, "closes_at": SEEN_AT - timedelta(hours=1)}
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, **closing))
    with transaction():
        fix_due(SEEN_AT, SEEN_AT, fixed)
    moved = db.session.get_one(Organisation, laos["6900103"].own_organisation_id)
    make_former(moved, AFTERWARDS - DAY, code="6960199", name="ชื่อเดิม", province_code="96", district_code="9602")
    monkeypatch.setattr(clock, "now", lambda: AFTERWARDS)
    enter(client, busy.crowd.officer.account_id)
    found: list[str] = []
    for what, place, year, round_ in (
        ("projects", "all", YEAR, 6),
        ("projects", "90", YEAR, 12),
        ("projects", "96", YEAR, 12),
        ("projects", "96", YEAR + 1, 6),
        ("results", "all", YEAR, 6),
        ("results", "90", YEAR, 12),
    ):
        asked = {"what": what, "place": place, "year": str(year), "round": str(round_), "kind": "csv"}
        answer = client.send("/reports/exports", asked)
        assert answer.status_code == 200, answer.text
        found += _differing(f"file_{what}_{place}_{year}_{round_}", answer)
    assert not found, "\n".join(found)


def test_a_closed_round_to_be_amended_reads_as_before(busy: Busy, client: Client) -> None:
    closing = {"opens_at": NOW - 100 * DAY, "closes_at": SEEN_AT - timedelta(hours=1)}
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, **closing))
    with transaction():
        fix_due(SEEN_AT, SEEN_AT, busy.crowd.ids("6900801"))
    enter(client, busy.crowd.officer.account_id)
    here = f"/nacc/rounds/6900801/{YEAR}/6"
    lines = {name: f"{here}/{busy.projects[name]}" for name in ("รับรองแล้ว", "ครบ")}
    asked = f"year={YEAR}&round=6"
    _compare(
        client,
        "officer",
        {
            "round": here,
            "round_line": lines["รับรองแล้ว"],
            "round_line_whole": lines["ครบ"],
            "round_day": f"/nacc?year={YEAR}",
            "round_waiting": f"/nacc/waiting?{asked}&state=all",
            "round_waiting_many": f"/nacc/waiting/many?{asked}&state=all&all=1",
            "round_signs": f"/nacc/signs?{asked}",
        },
    )


def test_what_a_screen_swaps_in_reads_as_before(busy: Busy, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers to htmx: a fragment of the screen, with the row that was saved marked."""
    monkeypatch.setattr(mails, "send_behind_the_request", lambda: None)
    big, one, _published, _failed, none = busy.crowd.ids()
    here = f"year={YEAR}&round=6"
    card = f"/nacc/review/{busy.projects['ครบ']}?status=pending"
    seen = {"evaluation_2": "13", "seen_evaluation_2": "12.5"}
    enter(client, busy.crowd.officer.account_id)
    found: list[str] = []
    for name, path, form in (
        ("plan_year", f"/nacc/plan-years/{none}?year={YEAR}&province=90", {"status": "passed", "version": "0"}),
        ("plan_year_stale", f"/nacc/plan-years/{none}?year={YEAR}", {"status": "not_sent", "version": "7"}),
        ("reminder", f"/nacc/waiting/{big}?{here}&state=partly", {}),
        ("reminder_twice", f"/nacc/waiting/{big}?{here}&state=partly", {}),
        ("score", f"/nacc/scores/{one}/{YEAR}/2/evaluation", seen),
        ("score_stale", f"/nacc/scores/{one}/{YEAR}/2/evaluation", seen | {"evaluation_2": "14"}),
        (
            "score_too_high",
            f"/nacc/scores/{one}/{YEAR}/2/evaluation",
            {"evaluation_2": "26", "seen_evaluation_2": "13"},
        ),
        ("verdict_without_reason", card, {"verdict": "reject", "version": "1"}),
    ):
        found += _differing(f"swapped_{name}", client.send(path, form, htmx=True))
    for name, path in (("queue", "/nacc/review?status=approved"), ("mails", "/nacc/waiting/mails?state=waiting")):
        found += _differing(f"swapped_{name}", client.get(path, headers={"HX-Request": "true"}))
    assert not found, "\n".join(found)


def test_what_a_pasted_table_would_change_reads_as_before(busy: Busy, client: Client) -> None:
    enter(client, busy.crowd.officer.account_id)
    plans = ("6900101\t2561\tแผนไม่ผ่าน\tขาดตัวชี้วัด", "6900102\t2561\tแผนไม่ผ่าน\tแผนไม่ครบ 4 มิติ", "6900103\t2562\tแผนผ่าน\t")
    wrong = (
        "6900101\t2561\tแผนไม่ผ่าน\t",
        "9999999\t2561\tแผนผ่าน\t",
        "6900102\t2599\tแผนผ่าน\t",
        "6650807\t2561\tแผนผ่าน\t",
    )
    scores = ("6900801\t2561\t10\t7.5\t8\t\t11.5\t12.5\t13.5\t14.25", "6900101\t2561\t\t\t\t\t9\t\t\t")
    too_high = ("6900801\t2561\t99\t\t\t\t\t\t\t", "6900801\t2561\t1\t\t\t\t\t\t\t")
    found: list[str] = []
    for name, path, rows in (
        ("plans", "/nacc/plan-years/file", plans),
        ("plans_wrong", "/nacc/plan-years/file", wrong),
        ("scores", "/nacc/scores/file", scores),
        ("scores_wrong", "/nacc/scores/file", too_high),
    ):
        answer = client.send(f"{path}?year={YEAR}", {"pasted": "\r\n".join(rows)})
        assert answer.status_code == (422 if "wrong" in name else 200), name
        found += _differing(f"pasted_{name}", answer)
    assert not found, "\n".join(found)


def test_what_confirming_a_pasted_table_says_reads_as_before(busy: Busy, client: Client) -> None:
    # given two tables that were shown, of which one is about a plan that somebody changes meanwhile
    enter(client, busy.crowd.officer.account_id)
    plans, scores = f"/nacc/plan-years/file?year={YEAR}", f"/nacc/scores/file?year={YEAR}"
    (changing,) = busy.crowd.ids("6900101")
    shown = {
        path: fields(client.send(path, {"pasted": rows}).text)["sealed"][0]
        for path, rows in (
            (plans, "6900101\t2561\tแผนไม่ผ่าน\tขาดตัวชี้วัด\n6900103\t2562\tแผนผ่าน\t"),
            (scores, "6900801\t2561\t10\t7.5\t8\t\t11.5\t12.5\t13.5\t14.25\n6900101\t2561\t\t\t\t\t9\t\t\t"),
        )
    }
    with transaction():
        version = db.session.get_one(PlanYear, (changing, YEAR)).version
        set_status(busy.second, changing, YEAR, PlanStatus.NOT_SENT, version, SEEN_AT)
    # then the first is shown again, the second wants a reason; confirmed once more both say what became of them
    found: list[str] = []
    for name, path, more in (("plans", plans, {}), ("scores", scores, {"reason": "ตรวจใหม่"})):
        answer = client.send(path.replace("?", "/confirm?"), {"sealed": shown[path]})
        assert answer.status_code == 422
        found += _differing(f"confirmed_{name}", answer)
        again = {"sealed": fields(answer.text)["sealed"][0]} | more
        answer = client.send(path.replace("?", "/confirm?"), again, follow_redirects=True)
        found += _differing(f"confirmed_{name}_again", answer)
    assert not found, "\n".join(found)


def test_what_an_lao_typed_wrong_in_its_scores_reads_as_before(busy: Busy, client: Client) -> None:
    enter(client, busy.crowd.laos["6960101"].account_id)
    typed = {"sar_1": "26", "seen_sar_1": "11", "sar_2": "12", "seen_sar_2": "11", "sar_3": "", "seen_sar_3": ""}
    found = _differing("lao_scores_too_high", client.send(f"/evaluation?year={YEAR}", typed))
    stale = typed | {"sar_1": "12"}
    found += _differing("lao_scores_stale", client.send(f"/evaluation?year={YEAR}", stale))
    assert not found, "\n".join(found)


def test_a_list_that_is_cut_off_says_so_and_reads_as_before(
    busy: Busy, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with more than it may show."""
    for module, limit, most in (
        (proposal_routes, "SHOWN", 1),
        (my_deed_queries, "MOST_SHOWN", 1),
        (my_deed_routes, "MOST_SHOWN", 1),
        (second_person_queries, "SHOWN", 1),
        (administration_routes, "SHOWN_FAILURES", 2),
        (registry_routes, "SHOWN", 2),
        (day_queries, "MOST_NAMED", 2),
        (day_routes, "MOST_NAMED", 1),
        (review_queries, "MOST_NAMED", 2),
        (upload_rules, "SHOWN", 1),
    ):
        monkeypatch.setattr(module, limit, most)
    enter(client, busy.crowd.officer.account_id)
    officers = {
        "proposals": f"/nacc/scores/proposals?year={YEAR}",
        "deeds": "/nacc/deeds",
        "day": f"/nacc?year={YEAR}",
        "review_many": "/nacc/review/many?all=1",
    }
    _compare(client, "cut_off", officers)
    plans = "6900101\t2561\tแผนไม่ผ่าน\tก\n6900103\t2562\tแผนผ่าน\t\n6900102\t2561\tยังไม่ส่งแผน\t"
    found = _differing("cut_off_plans", client.send(f"/nacc/plan-years/file?year={YEAR}", {"pasted": plans}))
    enter(client, busy.admin.account_id)
    _compare(client, "cut_off", {"failures": "/nacc/admin/failed-sign-ins", "registry": "/nacc/admin/registry?q=ตำบล"})
    rows = "รหัส,ชื่อ อปท.,ประเภท,จังหวัด,อำเภอ\n" + "".join(f"12345{n},ชื่อ,อบต.,90,9001\n" for n in range(3))
    file = {"file": (BytesIO(rows.encode()), "registry.csv"), "do": "check"}
    found += _differing("cut_off_registry_file", client.send("/nacc/admin/registry/file", file))
    assert not found, "\n".join(found)
