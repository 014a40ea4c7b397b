"""Recording, changing and deleting over HTTP: what bad input gets, as a page and in place."""

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from sqlalchemy import select

from app.access import Actor
from app.db import db, transaction
from app.lao.projects.operations import edit_project
from app.lao.projects.queries import project_detail
from app.models import HistoryEntry, PlanYear
from app.models.enums import PlanStatus, ReviewStatus
from app.plans.queries import period_of
from tests.client import Client
from tests.factories import (
    NOW,
    YEAR,
    all_projects,
    facts,
    make_lao,
    make_project,
    make_report,
    project_form,
    review,
)
from tests.pages import both_values, check_fragment, check_refused, enter, fields, form_token, kept

NEW = "/projects/new?year=2561"
EXPECTED = {200, 302, 404, 422}
HUGE = "9" * 20
DELETING = {"version": "1", "reason": "บันทึกซ้ำ"}

# What is typed, and the sentence beside the field (by its id) that it gets.
BAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"name": ""}, {"name": "กรอกชื่อโครงการ"}),
    ({"name": "ก" * 10_000}, {"name": "ยาว 10,000 ตัวอักษร ย่อให้ไม่เกิน 500 ตัวอักษร"}),
    ({"name": "\u200b\ufeff\x00 \x07"}, {"name": "กรอกชื่อโครงการ"}),
    ({"kind": "party"}, {"kind": "เลือกประเภทงาน"}),
    ({"kind": []}, {"kind": "เลือกประเภทงาน"}),
    ({"quarters": []}, {"quarters": "เลือกไตรมาส"}),
    ({"quarters": ["1", "9"]}, {"quarters": "มีตัวเลือกที่ไม่มีในหน้านี้"}),
    ({"years": []}, {"years": "เลือกปีงบประมาณ"}),
    ({"years": ["2561", "2570"]}, {"years": "มีตัวเลือกที่ไม่มีในหน้านี้"}),
    ({"dimension": "9"}, {"dimension": "เลือกมิติหลัก 1 มิติ"}),
    ({"dimension": []}, {"dimension": "เลือกมิติหลัก 1 มิติ"}),
    ({"further_dimensions": ["2", "๙"]}, {"further_dimensions": "มีตัวเลือกที่ไม่มีในหน้านี้"}),
    ({"target_group": "ก" * 4001}, {"target_group": "ย่อให้ไม่เกิน 4,000 ตัวอักษร"}),
    ({"target_group": "", "objective": ""}, {"target_group": "กรอกกลุ่มเป้าหมาย", "objective": "กรอกวัตถุประสงค์"}),
    ({"budget_2561": ""}, {"budget_2561": "กรอกงบประมาณปี 2561"}),
    ({"budget_2561": "-1"}, {"budget_2561": "ต้องไม่ติดลบ"}),
    ({"budget_2561": "1.005"}, {"budget_2561": "ทศนิยมไม่เกิน 2 ตำแหน่ง"}),
    ({"budget_2561": "100000000000"}, {"budget_2561": "มากเกินไป กรอกได้ไม่เกิน 99,999,999,999.99"}),
    ({"budget_2561": HUGE * 3}, {"budget_2561": "เป็นตัวเลข"}),
    ({"budget_2561": "สองแสน"}, {"budget_2561": "เป็นตัวเลข เช่น 150,000"}),
    ({"budget_2561": "1e5"}, {"budget_2561": "เป็นตัวเลข"}),
    ({"budget_2561": "NaN"}, {"budget_2561": "เป็นตัวเลข"}),
]
# Cleaned, or not a choice: what the page shows again differs from what was sent.
NOT_SHOWN = {"name": "\u200b", "kind": "party", "dimension": "9"}


def _forgotten(typed: dict[str, Any]) -> tuple[str, ...]:
    unknown = {"quarters": "9", "years": "2570", "further_dimensions": "๙"}
    forgotten = [name for name, bad in NOT_SHOWN.items() if str(typed[name]).startswith(bad)]
    forgotten += [name for name, bad in unknown.items() if bad in typed[name]]
    # The year's budget is asked for only where the year is chosen; its field stands there all the same.
    return tuple(forgotten)


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    actor = make_lao()
    enter(client, actor.account_id)
    client.get("/profile")  # a page with a token
    return actor


def test_a_form_with_a_mistake_is_shown_again_with_the_sentence_and_all_that_was_typed(
    client: Client, lao: Actor
) -> None:
    for wrong, sentences in BAD:
        typed = project_form(wrong)
        check_refused(client, NEW, typed, sentences, forgets=_forgotten(typed))


def test_an_edit_with_a_mistake_is_shown_again_as_a_page_and_in_place(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    for number, (wrong, sentences) in enumerate(BAD):
        typed = project_form(wrong | {"version": "1"})
        del typed["submission_key"]
        beside = {f"{field}-{project_id}": sentence for field, sentence in sentences.items()}
        check_refused(client, f"/projects/{project_id}", typed, beside, htmx=number % 2 == 0, forgets=_forgotten(typed))


def test_a_year_that_did_not_pass_is_refused_beside_the_years_with_the_open_ones(client: Client, lao: Actor) -> None:
    typed = project_form({"years": ["2561", "2563"], "budget_2563": "5"})
    sentence = "ปี 2563 ยังบันทึกหรือรายงานไม่ได้ เพราะยังไม่ส่งแผน ปีที่บันทึกและรายงานได้คือ 2561, 2562"
    check_refused(client, NEW, typed, {"years": sentence})


def test_a_reported_year_cannot_be_taken_out_of_a_project(client: Client, lao: Actor) -> None:
    project_id = make_project(lao, facts(budgets={2561: Decimal(1), 2562: Decimal(2)}))
    make_report(lao, project_id)
    typed = project_form({"years": ["2562"], "budget_2562": "2", "version": "1"})
    del typed["submission_key"]
    check_refused(client, f"/projects/{project_id}", typed, {f"years-{project_id}": "รายงานผลของปีนั้นไว้แล้ว"}, htmx=True)


def test_thai_digits_commas_and_pasted_characters_are_understood(client: Client, lao: Actor) -> None:
    typed = {
        "name": "  โครงการ\u200bทํา\u0000ดี\u00a0 ปี\u202e๒๕๖๑ ",
        "budget_2561": "๑๕๐,๐๐๐.๕๐",
        "target_group": "คน\r\nสองบรรทัด\x0b",
        "objective": "ก\ud800ข".encode("utf-8", "surrogatepass"),
    }
    assert client.send(NEW, project_form(typed)).status_code == 302
    (project,) = all_projects(lao.own_organisation_id)
    kept_facts = project_detail(lao, project.id).facts
    assert kept_facts.name == "โครงการทำดี ปี๒๕๖๑"
    assert kept_facts.budgets == {2561: Decimal("150000.50")}
    assert kept_facts.target_group == "คน\nสองบรรทัด"


def test_zero_baht_and_no_budget_are_both_taken_and_differ(client: Client, lao: Actor) -> None:
    client.send(NEW, project_form({"budget_2561": "0", "submission_key": "a"}))
    client.send(NEW, project_form({"budget_2561": "ไม่มี", "no_budget_2561": "y", "submission_key": "b"}))
    budgets = [project_detail(lao, project.id).facts.budgets[YEAR] for project in all_projects(lao.own_organisation_id)]
    assert budgets == [Decimal("0.00"), None]


def _only_budgets(lao: Actor) -> Any:
    (project,) = all_projects(lao.own_organisation_id)
    return project_detail(lao, project.id).facts.budgets


def test_no_budget_may_be_typed_and_what_was_read_is_said(client: Client, lao: Actor) -> None:
    typed = project_form({"years": ["2561", "2562"], "budget_2561": "๕๐,๐๐๐.-", "budget_2562": "- บาท"})
    answer = client.send(NEW, typed, follow_redirects=True)
    assert "ปี 2561 50,000.00 บาท, ปี 2562 ไม่ใช้งบประมาณ" in answer.text
    assert _only_budgets(lao) == {2561: Decimal(50000), 2562: None}
    refused = client.send(NEW, typed | {"name": ""})
    assert 'อ่านเป็น <b class="nb">50,000.00 บาท</b>' in refused.text


@pytest.mark.parametrize("htmx", [False, True])
def test_an_unusual_budget_is_asked_about_once_and_then_saved(client: Client, lao: Actor, htmx: bool) -> None:
    # given an LAO whose projects cost some thousand baht
    project_id = make_project(lao, facts(budgets={2561: Decimal(5000)}))

    # when a point is taken for a comma
    address = f"/projects/{project_id}"
    typed = fields(client.get(address).text) | {"budget_2561": "5,000,001"}
    asked = client.send(address, typed, htmx=htmx)

    # then nothing is saved, all that was typed is there, and the same button saves it
    assert asked.status_code == 422
    assert "5,000,001 บาท มากกว่า 1,000 เท่าของงบประมาณโครงการส่วนใหญ่ของท่าน (ค่ากลาง 5,000 บาท) ถูกต้องหรือไม่" in asked.text
    again = fields(asked.text)
    assert again["budget_2561"] == ["5,000,001"]
    other = client.send(address, again | {"budget_2561": "5,000,002"}, htmx=htmx)
    assert other.status_code == 422, "another amount is asked about anew"
    saved = client.send(address, fields(other.text), htmx=htmx)
    assert saved.status_code == (200 if htmx else 302)
    assert _only_budgets(lao) == {2561: Decimal(5000002)}
    # and what was answered is not asked again with the next change
    renamed = fields(client.get(address).text) | {"name": "ชื่อใหม่"}
    assert client.send(address, renamed, htmx=htmx).status_code == (200 if htmx else 302)


def test_an_unusual_budget_is_asked_about_when_it_is_recorded(client: Client, lao: Actor) -> None:
    make_project(lao, facts(budgets={2561: Decimal(5000)}))
    asked = client.send(NEW, project_form({"budget_2561": "5,000,001"}))
    assert (asked.status_code, len(all_projects(lao.own_organisation_id))) == (422, 1)
    assert client.send(NEW, fields(asked.text) | {"then": "home"}).status_code == 302
    assert len(all_projects(lao.own_organisation_id)) == 2


def test_the_same_form_sent_twice_is_one_project_and_gone_back_to_and_changed_another(
    client: Client, lao: Actor
) -> None:
    first, again = client.send(NEW, project_form()), client.send(NEW, project_form())
    assert first.location == again.location
    assert len(all_projects(lao.own_organisation_id)) == 1
    changed = project_form({"name": "โครงการถัดไป"})
    assert client.send(NEW, changed).location == client.send(NEW, changed).location != first.location
    assert [project.name for project in all_projects(lao.own_organisation_id)] == ["โครงการโตไปไม่โกง", "โครงการถัดไป"]


def test_a_strange_form_key_does_no_harm(client: Client, lao: Actor) -> None:
    for key in ("", "x" * 5000, "\x00", "๑"):
        assert client.send(NEW, project_form({"submission_key": key, "name": f"ก {len(key)}"})).status_code == 302


def test_save_and_next_keeps_the_years_and_save_and_home_goes_home(client: Client, lao: Actor) -> None:
    answer = client.send(NEW, project_form({"then": "next"}), follow_redirects=True)
    assert "บันทึกแล้ว" in answer.text
    assert fields(answer.text)["years"] == ["2561"]
    assert fields(answer.text)["name"] == [""]
    assert client.send(NEW, project_form({"then": "home", "submission_key": "2"})).location == "/home?year=2561"


def test_of_a_field_that_comes_twice_the_first_counts(client: Client, lao: Actor) -> None:
    answer = client.send(NEW, project_form({"name": ["ก", "ข"], "budget_2561": ["1", "2"], "kind": ["measure", "x"]}))
    assert answer.status_code == 302
    (project,) = all_projects(lao.own_organisation_id)
    assert (project.name, project.kind.value) == ("ก", "measure")


@pytest.mark.parametrize("htmx", [False, True])
def test_a_stale_edit_shows_both_versions_loses_neither_and_saves_when_sent_again(
    client: Client, lao: Actor, htmx: bool
) -> None:
    project_id = make_project(lao)
    with transaction():
        edit_project(lao, period_of(YEAR), project_id, 1, facts("ชื่อของเพื่อนร่วมงาน"), NOW)
    typed = project_form({"name": "ชื่อของฉัน", "version": "1"})
    del typed["submission_key"]
    path = f"/projects/{project_id}"
    answer = check_refused(client, path, typed, {}, htmx=htmx, forgets=("version",))
    assert "โครงการนี้มีการแก้ไขจากหน้าต่างอื่นหรือเครื่องอื่นของบัญชีนี้" in answer.text
    assert both_values(answer.text)["ชื่อ"] == ["ชื่อของเพื่อนร่วมงาน", "ชื่อของฉัน"]
    assert "บันทึกตามที่เลือก" in answer.text
    again = fields(answer.text)
    assert again["version"] == ["2"]
    saved = client.send(path, again, htmx=htmx)
    assert saved.status_code == (200 if htmx else 302)
    assert project_detail(lao, project_id).facts.name == "ชื่อของฉัน"
    assert client.send(path, again, htmx=htmx).status_code == saved.status_code  # a double click
    assert project_detail(lao, project_id).version == 3


def test_of_a_stale_edit_each_field_is_taken_on_its_own(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    path = f"/projects/{project_id}"
    first, second = fields(client.get(path).text), fields(client.get(path).text)
    client.send(path, first | {"budget_2561": ["99"], "name": ["ชื่อเขา"], "objective": ["ของเขา"]})
    mine = {"budget_2561": ["77"], "name": ["ชื่อฉัน"], "objective": ["ของฉัน"]}
    again = fields(client.send(path, second | mine).text)
    theirs = {"side-budget_2561": ["theirs"], "side-name": ["theirs"]}
    assert client.send(path, again | theirs).status_code == 302
    saved = project_detail(lao, project_id).facts
    assert (saved.name, saved.objective, saved.budgets) == ("ชื่อเขา", "ของฉัน", {2561: Decimal(99)})


def test_a_stale_edit_takes_only_what_its_window_changed(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    path = f"/projects/{project_id}"
    first, second = fields(client.get(path).text), fields(client.get(path).text)
    client.send(path, first | {"budget_2561": ["99"]})
    stale = client.send(path, second | {"objective": ["ของหน้าต่างที่สอง"]})
    assert stale.status_code == 422
    assert "ใช้ค่าล่าสุดแล้ว: งบประมาณปี 2561" in stale.text
    assert both_values(stale.text)["วัตถุประสงค์"] == ["เพื่อปลูกจิตสำนึก", "ของหน้าต่างที่สอง"]
    assert client.send(path, fields(stale.text)).status_code == 302
    saved = project_detail(lao, project_id).facts
    assert (saved.budgets, saved.objective) == ({2561: Decimal(99)}, "ของหน้าต่างที่สอง")
    # And a window that changed nothing has nothing to decide
    same = client.send(path, second, htmx=True)
    assert "ยังไม่ได้แก้ไขอะไร" in same.text
    assert project_detail(lao, project_id).version == 3


def test_save_back_correct_save_is_no_conflict_and_another_window_is(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    path = f"/projects/{project_id}"
    here, elsewhere = fields(client.get(path).text), fields(client.get(path).text)
    for name in ("ชื่อที่พิมพ์ผิด", "ชื่อที่ถูก", "ชื่อที่ถูกยิ่งกว่า"):  # each time Back leads to the page as it was
        assert client.send(path, here | {"name": [name]}).status_code == 302
    assert client.send(path, elsewhere | {"name": ["อีกหน้าต่าง"]}).status_code == 422
    assert project_detail(lao, project_id).facts.name == "ชื่อที่ถูกยิ่งกว่า"


def test_the_same_words_are_pointed_out_and_never_refused(client: Client, lao: Actor) -> None:
    first = make_project(lao, facts("โครงการ อบรม ปี 2561"))
    make_project(lao, facts("อื่น"))
    recorded = client.send(NEW, project_form({"name": "โครงการอบรม  ปี๒๕๖๑"}), follow_redirects=True)
    link = f'มีชื่อนี้อยู่แล้วเป็น<a href="/projects/{first}">รายการที่ 1 ของปี 2561</a>'
    assert "บันทึกแล้ว" in recorded.text
    assert link in recorded.text
    home = client.send(NEW, project_form({"name": "อื่น", "submission_key": "2", "then": "home"}), follow_redirects=True)
    assert "รายการที่ 2 ของปี 2561</a>" in home.text
    third = all_projects(lao.own_organisation_id)[-1].id
    edited = client.send(f"/projects/{third}", project_form({"name": "โครงการอบรมปี2561", "version": "1"}), htmx=True)
    assert link in edited.text
    alone = client.send(f"/projects/{third}", project_form({"name": "ไม่ซ้ำ", "version": "2"}), htmx=True)
    assert "มีชื่อนี้อยู่แล้ว" not in alone.text


def test_a_deleted_project_leaves_the_numbers_and_the_count_below_right(client: Client, lao: Actor) -> None:
    ids = [make_project(lao, facts(f"โครงการที่ {n}")) for n in (1, 2, 3)]
    list_ = client.send(f"/projects/{ids[1]}/delete?n=2&year=2561", DELETING, htmx=True).text
    assert [re.sub(r"\s", "", n) for n in re.findall(r'<td class="num hide">(.*?)</td>', list_)] == ["1", "2"]
    assert "แสดง 1–2 จาก 2 รายการ" in list_
    assert list_.index("โครงการที่ 1<") < list_.index("ลบ “โครงการที่ 2” แล้ว") < list_.index("โครงการที่ 3<")
    for left, said in ((ids[2], "โครงการที่ 1<"), (ids[0], "ลบ “โครงการที่ 1” แล้ว")):
        answer = client.send(f"/projects/{left}/delete?n=1&year=2561", DELETING, htmx=True)
        assert said in answer.text
    stale = client.send(f"/projects/{make_project(lao)}/delete", DELETING | {"version": "7"}, htmx=True)
    assert stale.headers["HX-Retarget"].startswith("#p")


def test_a_version_that_is_no_number_is_a_stale_one(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    for version in ("", "x", "-1", HUGE, "1.0", "\x00"):
        typed = project_form({"name": "ใหม่", "version": version})
        answer = client.send(f"/projects/{project_id}", typed)
        assert (answer.status_code, project_detail(lao, project_id).version) == (422, 1), version
        assert "Not a valid" not in answer.text
        assert client.send(f"/projects/{project_id}/delete", DELETING | {"version": version}).status_code == 422


def test_a_name_is_shown_as_it_was_typed_whatever_it_looks_like(client: Client, lao: Actor) -> None:
    """Rows are filled into a pattern: a name that looks like a mark, a format or a tag is still only a name."""
    name = '%(kind)s 100% {{ 7*7 }} \ue000name\ue001 \ue002 <script>alert(1)</script> "x" &amp; \''
    make_project(lao, facts(name))
    escaped = str(escape(name))
    for path in ("/projects", "/reporting"):
        page = client.get(f"{path}?year=2561").text
        assert f"{escaped}<" in page, path
        assert "<script>alert" not in page


def test_saving_in_place_answers_with_the_row_and_the_counts(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    review(project_id, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    typed = project_form({"version": "2"})
    answer = client.send(f"/projects/{project_id}?n=7&year=2561", typed, htmx=True)
    assert answer.status_code == 200
    check_fragment(answer, htmx=True)
    assert "โครงการโตไปไม่โกง" in answer.text
    assert ">7</td>" in answer.text
    assert "รอพิจารณา 1" in answer.text


@pytest.mark.parametrize("htmx", [False, True])
def test_deleting_asks_why_and_keeps_what_was_typed(client: Client, lao: Actor, htmx: bool) -> None:
    project_id = make_project(lao)
    path = f"/projects/{project_id}/delete"
    for typed, words in (("", "เขียนเหตุผลที่ลบ"), ("ก" * 501, "ไม่เกิน 500")):
        answer = check_refused(client, path, DELETING | {"reason": typed}, {f"reason-d{project_id}": words}, htmx=htmx)
        assert "HX-Retarget" in answer.headers
    client.send(path, DELETING, htmx=htmx)
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "delete")).one()
    assert entry.reason == "บันทึกซ้ำ"


@pytest.mark.parametrize("htmx", [False, True])
def test_deleting_asks_first_refuses_a_stale_page_and_happens_once(client: Client, lao: Actor, htmx: bool) -> None:
    project_id = make_project(lao, facts("<b>โครงการ</b>"))
    path = f"/projects/{project_id}/delete"
    ask = client.get(path, headers={"HX-Request": "true"} if htmx else {})
    check_fragment(ask, htmx=htmx)
    assert "ลบ “&lt;b&gt;โครงการ&lt;/b&gt;” หรือไม่" in ask.text
    with transaction():
        edit_project(lao, period_of(YEAR), project_id, 1, facts("ชื่อใหม่"), NOW)
    stale = check_refused(client, path, DELETING, {}, htmx=htmx, forgets=("version",))
    assert "โครงการนี้มีการแก้ไขจากหน้าต่างอื่นหรือเครื่องอื่นของบัญชีนี้" in stale.text
    assert "ชื่อใหม่" in stale.text
    done = client.send(path, fields(stale.text), htmx=htmx)
    assert done.status_code == (200 if htmx else 302)
    assert client.send(path, DELETING | {"version": "2"}, htmx=htmx).status_code == 404
    assert client.get(f"/projects/{project_id}").status_code == 404


def test_a_project_whose_years_are_all_closed_is_neither_changed_nor_deleted(app: Flask, client: Client) -> None:
    lao = make_lao("2900101", passed=(2561,))
    project_id = make_project(lao)
    with transaction():
        db.session.get_one(PlanYear, (lao.own_organisation_id, 2561)).status = PlanStatus.FAILED
    enter(client, lao.account_id)
    before = kept()
    edit = client.send(f"/projects/{project_id}", project_form({"version": "1", "name": "ใหม่"}), htmx=True)
    remove = client.send(f"/projects/{project_id}/delete", DELETING)
    for answer in (edit, remove):
        assert answer.status_code == 422
        assert "ปี 2561 ยังบันทึกหรือรายงานไม่ได้ เพราะแผนยังไม่ผ่าน" in answer.text
    assert kept() == before
    record = client.get("/projects/new?year=2561")
    assert "แผนยังไม่ผ่าน" in record.text
    assert "ยังไม่ส่งแผน" in record.text
    assert "<textarea" not in record.text


def test_what_is_not_theirs_unknown_or_no_number_is_404(app: Flask, client: Client, lao: Actor) -> None:
    theirs = make_project(make_lao("2900101", province="90", district="9001"))
    enter(client, lao.account_id)
    before = kept()
    for project_id in (theirs, theirs + 1, 0, -1, "x", "๙", 2**31, 2**63, 99999999999999999999, HUGE * 300):
        for path in (f"/projects/{project_id}", f"/projects/{project_id}/delete"):
            assert client.get(path).status_code == 404, path
            assert client.send(path, project_form({"version": "1"})).status_code in (404, 405), path
    fragment = client.get(f"/projects/{theirs}", headers={"HX-Request": "true"})
    assert (fragment.status_code, "<html" in fragment.text) == (404, False)
    assert "ไม่พบหน้าหรือรายการนี้" in fragment.text
    assert kept() == before


LISTS = ("/projects", "/reporting", "/reporting/all")
QUERIES: dict[tuple[str, ...], list[str]] = {
    LISTS: [
        "page=0", "page=-1", "page=99999999999", "page=999999999", "page=%00", "q=%00%25_%27%22%3Cscript%3E",
        "q=" + "ก" * 3000, "q=%ED%A0%80", "q=%E0%B9%8D%E0%B8%B2", "sort=name", "sort=drop", "review=x",
        "review=pending", "status=x", "status=done", "round=7", "round=๑๒", f"round={HUGE}", "view=row",
    ],
    (*LISTS, "/projects/new", "/home", "/reports/province"): [
        "year=all", "year=๒๕๖๑", "year=99999", "year=999999999", f"year={HUGE}", "year=-2561", "year=%00", "year=2570",
        "year=2561&year=2562", "year=",
    ],
    ("/projects/{id}", "/projects/{id}/delete", "/reporting/{id}/2561/6"): [
        "n=-1", "n=x", f"n={HUGE}", "view=row", "year=99999", "round=7", "page=999999999",
    ],
    ("/projects/new",): ["after=x", f"after={HUGE}", "after=999999999"],
}  # fmt: skip


def test_an_address_that_makes_no_sense_falls_back_and_never_fails(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    for paths, queries in QUERIES.items():
        for number, query in enumerate(queries):
            for path in (f"{path.format(id=project_id)}?{query}" for path in paths):
                # Fragments for the most part: a page is checked as a whole, which takes its time.
                answer = client.get(path, headers={} if number % 4 == 3 else {"HX-Request": "true"})
                assert answer.status_code == 200, path
                assert "<script>" not in answer.text
    for province in ("%00", "99", HUGE, "๙๐", "'"):
        assert client.get(f"/reports/province?province={province}").status_code == 404


def test_a_page_beyond_the_last_shows_the_last(client: Client, lao: Actor) -> None:
    make_project(lao, facts("โครงการเดียว"))
    for path in ("/projects", "/reporting"):
        for page in ("2", "999999", "99999999999"):
            assert "โครงการเดียว" in client.get(f"{path}?year=2561&page={page}").text, (path, page)


def test_a_form_with_an_old_token_comes_back_with_a_fresh_one_and_a_strange_site_gets_nothing(
    client: Client, lao: Actor
) -> None:
    """Without any token nobody knows whose the form is: what was typed is shown, and no button sends it."""
    before = kept()
    for token in ({"csrf_token": form_token(lao.account_id)}, {}, {"csrf_token": "x"}, {"csrf_token": ["", "y"]}):
        typed = project_form() | token
        own = client.post(NEW, data=typed, headers={"Sec-Fetch-Site": "same-origin"})
        assert own.status_code == 422
        assert "โตไปไม่โกง" in own.text
        known = token.get("csrf_token", "x") not in ("x", ["", "y"])
        assert ("ข้อมูลที่พิมพ์ไว้ยังอยู่" in own.text) is known
        shown = fields(own.text)
        assert not known or all(
            shown[name] == (value if isinstance(value, list) else [value]) for name, value in project_form().items()
        )
        for site in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
        ):
            strange = client.post(NEW, data=typed, headers=site)
            assert strange.status_code == 400
            assert "โตไปไม่โกง" not in strange.text
    assert kept() == before


def test_wrong_methods_and_bodies_get_a_sentence(client: Client, lao: Actor) -> None:
    before = kept()
    client.get("/profile")
    assert client.put("/logout").status_code == 405
    assert client.delete("/projects").status_code == 405
    assert client.put("/projects/1").status_code == 405
    assert client.post("/home").status_code == 405
    assert client.post(NEW, json={"name": "x"}).status_code == 415
    assert client.post(NEW, data=b"\xff\x00=%zz", content_type="multipart/form-data; boundary=x").status_code in (
        400,
        422,
    )
    big = client.send(NEW, project_form({"objective": "ก" * 1_000_000}))
    assert big.status_code == 413
    assert "ข้อมูลที่ส่งมามีขนาดใหญ่เกินไป" in big.text
    assert kept() == before


NASTY = st.one_of(
    st.sampled_from(["", "-1", "1.005", HUGE, "๑๒", "\x00", "\u200b", "y", "2561", "9", "' OR 1=1 --", "<b>", "=1+1"]),
    st.text(st.characters(codec="utf-8"), max_size=40),
)
NAMES = [*project_form(), "no_budget_2561", "budget_2570", "then", "version"]


@given(changes=st.dictionaries(st.sampled_from(NAMES), st.one_of(NASTY, st.lists(NASTY, max_size=3)), max_size=5))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def _send_anything(client: Client, project_id: int, changes: dict[str, Any]) -> None:
    for path in (NEW, f"/projects/{project_id}", f"/projects/{project_id}/delete?version=x"):
        answer = client.send(path, project_form(changes) | {"version": changes.get("version", "x")}, htmx=path != NEW)
        assert answer.status_code in EXPECTED, (path, changes)
        assert not re.search("Traceback|Not a valid", answer.text)


def test_whatever_is_typed_nothing_breaks(client: Client, lao: Actor) -> None:
    _send_anything(client, make_project(lao))


def test_the_rows_above_a_deleted_project_stay_where_they_are(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_project(lao, facts("โครงการที่อยู่ก่อน"))
    gone = make_project(lao, facts("โครงการที่ลบ"))
    enter(client, lao.account_id)
    client.get(f"/projects?year={YEAR}")
    answer = client.send(f"/projects/{gone}/delete?year={YEAR}&n=2", DELETING, htmx=True)
    assert answer.status_code == 200
    assert "โครงการที่อยู่ก่อน" in answer.text


@pytest.mark.parametrize(
    ("passed", "query", "ticked"),
    [((2561,), "", ["2561"]), ((2561, 2562), "", []), ((2561, 2562), "?year=2562", ["2562"])],
)
def test_a_fresh_form_begins_at_the_name_with_the_year_that_is_clear(
    app: Flask, client: Client, passed: tuple[int, ...], query: str, ticked: list[str]
) -> None:
    enter(client, make_lao(passed=passed).account_id)
    page = client.get(f"/projects/new{query}").text
    assert fields(page).get("years", []) == ticked
    assert re.search(r'<textarea id="name"[^>]* autofocus>', page)
