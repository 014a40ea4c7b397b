"""A line that cuts, resets or hangs: the page stays with every typed word, and one press sends it once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, request
from playwright.sync_api import ElementHandle, Page, expect

from app import clock
from app.accounts.rules import fingerprint
from app.db import db, transaction
from app.models import Account, ExportJob, MailLog, Organisation, PasswordReset, Project
from app.models.enums import ExportKind, ExportState, ExportWhat, Role, Round
from tests.browser.conftest import Open
from tests.browser.proxy import Line
from tests.browser.steps import come_in, fill_project
from tests.client import Client
from tests.factories import (
    NOW,
    YEAR,
    all_projects,
    facts,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_sign,
    make_staff,
)
from tests.lao.fixed_rounds.closing import close, fix


@pytest.fixture
def line(site: str) -> Iterator[Line]:
    line = Line(site)
    yield line
    line.close()


# --- every form on a bad line ---------------------------------------------------------------------------------------
# Where each POST form of the system stands. A new route belongs here: a page that shows its form, or a reason.
PAGES = {
    "stranger": ("/login", "/forgot", "/forgot/a-token"),
    "lao": (
        "/projects/new?year=2561",
        "/projects/import",
        "/projects/1",
        "/projects/1/delete",
        "/reporting/1/2561/6",
        "/reporting/workbook?year=2561&round=6",
        "/profile#contact",
        "/evaluation?year=2561",
        "/reporting/grid/many?year=2561&round=6&all=1",
    ),
    "officer": (
        f"/nacc/review?undo={NOW.isoformat().replace('+', '%2B')}&decided=1",
        "/nacc/review/many?all=1",
        "/nacc/plan-years?year=2561",
        "/nacc/plan-years/many?year=2561&all=1",
        "/nacc/plan-years/file?year=2561",
        "/nacc/waiting?year=2561&round=6&province=65",
        "/nacc/waiting/many?year=2561&round=6&province=65&all=1",
        "/nacc/waiting/mails",
        "/nacc/signs/1?year=2561&round=6",
        "/nacc/signs/many?year=2561&round=6&all=1",
        "/nacc/accounts/codes?province=65",
        "/nacc/account",
        "/nacc/notes/projects/1",
        "/nacc/notes/organisations/1",
        "/nacc/accounts/1",
        "/nacc/accounts/2",
        "/nacc/accounts/3",
        "/nacc/scores/1/2561",
        "/nacc/scores/close?year=2561",
        "/nacc/scores/file?year=2561",
        "/reports/exports",
        "/nacc/rounds/6650807/2561/12",
        "/nacc/rounds/6650807/2561/12/1",
        "/nacc/notes/projects/1",
        "/nacc/notes/organisations/1",
    ),
    "administrator": (
        "/nacc/scores/proposals?year=2561",
        "/nacc/admin/windows",
        "/nacc/admin/windows/2561/6",
        "/nacc/admin/periods",
        "/nacc/admin/periods/1/1",
        "/nacc/admin/periods/2",
        "/nacc/admin/reasons",
        "/nacc/admin/contact",
        "/nacc/admin/second-person",
        "/nacc/admin/deleted",
        "/nacc/admin/staff",
        "/nacc/admin/staff/{officer}",
        "/nacc/admin/staff/{locked}",
        "/nacc/admin/registry",
        "/nacc/admin/registry/new",
        "/nacc/admin/registry/6650807",
        "/nacc/admin/registry/6650810",
        "/nacc/admin/registry/6650807/succession",
        "/nacc/admin/black-out/1",
    ),
}
EXEMPT = {
    "copying.copy_projects": "ticks and years, no word, once two plans are open: tests/lao/copying",
    "copying.take_back_copies": "one button, no word",
    "administration.withdraw_time": "as every other form: ticks and one reason, after time was given",
    "accounts.end_session": "one button, no word, beside each other device: tests/accounts/test_sessions.py",
    "accounts.prove_second": "a code that nothing keeps: tests/browser/test_second_factor.py",
    "second_factor.prove_again": "the same, and what waits behind it: tests/accounts/second_factor",
    "second_factor.add_app": "the same",
    "second_factor.add_passkey": "sent by the passkey's script: tests/browser/test_second_factor.py",
    "second_factor.renew_codes": "one button, no word",
    "second_factor.remove_factor": "one button, no word",
    "administration.remove_factors": "one reason, as for a lock, of who has a second factor",
    "nacc_accounts.remove_factors": "one reason, as for a lock, of an LAO that has a second factor",
    "accounts.own_strength": "asked while somebody types; no answer says nothing: tests/accounts/test_passwords.py",
    "accounts.strength_by_link": "the same",
    "accounts.logout": "nothing is typed; without htmx the browser asks about unsaved forms before it is sent",
    "evaluation.save_cell": "a cell, no form: test_a_score_is_what_was_typed_last and tests/browser/test_scores.py",
    "grid.save_all": "sent only without JavaScript: tests/lao/grid/test_routes.py",
    "grid.take_back": "one button, no word",
    "grid.take_over": "one button, no word",
    "grid.save_row": "a row, no form: tests/browser/test_round_grid.py",
    "proposals.confirm_proposals": "one button, no word",
    "my_deeds.answer_proposal": "one button, or one reason, once something is proposed: tests/nacc/second_person",
    "score_changes.answer_change": "one button, no word",
    "sending.send": "one button, no word, once all is reported: tests/browser/test_sending.py",
    "evaluation.confirm_file": "one button and a sealed file, after an upload",
    "plan_years.take_back": "one button, no word",
    "plan_years.confirm_file": "one button and a sealed file, after an upload",
    "plan_files.confirm_file": "the same, with words for all projects: tests/browser/test_plan_files.py",
    "plan_files.annotated_copy": "a button of the same form, which gives a file",
    "round_workbook.confirm_workbook": "choices of cells and a sealed file, after an upload",
    "nacc_accounts.code_file": "test_codes_that_are_shown_once_survive_a_bad_line",
}
FILL = """form => {
    const fields = [...form.elements].filter(field => field.matches("input:not([type=hidden]), select, textarea"));
    fields.forEach((field, place) => {
        if (field.type === "checkbox") field.checked = !field.checked;
        else if (field.type === "radio") field.checked = true;
        else if (field.options) field.selectedIndex = field.options.length - 1;
        else if (field.type !== "file") field.value = `คำที่ ${place}`;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    });
}"""
PRESS = """form => {
    const buttons = form.querySelectorAll("button:not([type=button])");
    const button = buttons[buttons.length - 1];
    const sent = [...new FormData(form, button)].filter(([, value]) => !(value instanceof File));
    button.click();
    return sent;
}"""
SAYS = "form => form.querySelector('.unsaved button')?.textContent === 'ลองอีกครั้ง' && !form.querySelector('[aria-busy]')"
TYPED = "form => [...new FormData(form)].filter(([, value]) => !(value instanceof File))"


def _fill_system() -> dict[str, int]:
    """One of everything a form can be about; account ids by role."""
    actor = make_lao("6650807")
    make_account(make_organisation("6650808", name="องค์การบริหารส่วนตำบลวังทอง"), claimed=False)
    locked = make_lao("6650809", name="เทศบาลตำบลวังทอง")
    closed = make_organisation("6650810", name="องค์การบริหารส่วนตำบลยุบแล้ว")
    gone_officer = make_staff("gone", Role.OFFICER, "65")
    for name in ("หนึ่ง", "สอง", "ถูกลบ"):
        make_project(actor, facts(f"โครงการที่{name}"))
    close(Round.TWELVE)
    fix()
    make_sign(actor.own_organisation_id)
    officer, administrator = make_staff("officer65", Role.OFFICER, "65"), make_staff("admin", Role.ADMINISTRATOR)
    now = clock.now()
    job = {"account_id": officer.id, "what": ExportWhat.PROJECTS, "place": "65", "fiscal_year": YEAR, "round": 6}
    job |= {"kind": ExportKind.XLSX, "rows_total": 9, "heartbeat_at": now, "created_at": now, "expires_at": now}
    mail = {"organisation_id": actor.organisation_id, "kind": "reminder", "to_address": "a@example.go.th"}
    mail |= {"day": now.date(), "fiscal_year": YEAR, "round": 6, "total": 1, "waiting": 1, "queued_at": now}
    with transaction():
        gone = db.session.get_one(Project, 3)
        gone.deleted_at, gone.counted = NOW, False
        for account_id in (locked.account_id, gone_officer.id):
            db.session.get_one(Account, account_id).locked_at = NOW
        db.session.get_one(Organisation, closed.id).closed_at = NOW
        db.session.add(ExportJob(name="รอ", **job))
        db.session.add(ExportJob(name="เลิก", state=ExportState.CANCELLED, **job))
        db.session.add(MailLog(**mail))
        token = fingerprint("a-token")
        db.session.add(PasswordReset(token_hash=token, account_id=actor.account_id, expires_at=now + timedelta(days=1)))
    people = {"officer": officer, "administrator": administrator, "locked": gone_officer}
    return {"lao": actor.account_id or 0} | {role: account.id for role, account in people.items()}


class Arrivals:
    """Every POST view, replaced: what arrives is written down, and nothing happens."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of: dict[str, list[list[tuple[str, str]]]] = {}
        for rule in app.url_map.iter_rules():
            if "POST" in (rule.methods or ()):
                monkeypatch.setitem(app.view_functions, rule.endpoint, self._writer(app, rule.endpoint))

    def _writer(self, app: Flask, endpoint: str) -> Callable[..., Any]:
        self.of[endpoint] = []

        @wraps(app.view_functions[endpoint])
        def write_down(**_given: Any) -> tuple[str, int]:
            self.of[endpoint].append(list(request.form.items(multi=True)))
            return "", 204

        return write_down


def test_every_form_keeps_its_words_on_a_bad_line_and_is_sent_once(
    app: Flask, client: Client, opened: Open, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, arrivals, faults, tried = _fill_system(), Arrivals(app, monkeypatch), cycle(("cut", "reset", "hang")), set()
    addresses = app.url_map.bind("localhost")
    for who, pages in PAGES.items():
        page = opened()
        if who != "stranger":
            come_in(page, client, ids[who], line.address)
        for path in pages:
            page.goto(line.address + path.format(**ids))
            for form in page.query_selector_all("form[method=post]"):
                action = urlsplit(form.get_attribute("action") or "").path
                endpoint, _values = addresses.match(action, method="POST")
                if endpoint not in tried | set(EXEMPT):
                    tried.add(endpoint)
                    _try(page, form, line, next(faults), arrivals.of[endpoint], f"{endpoint} on {path}")
    assert tried | set(EXEMPT) == set(arrivals.of), "each POST route needs a page in PAGES, or a reason in EXEMPT"


def _try(page: Page, form: ElementHandle, line: Line, fault: str, arrived: list[Any], where: str) -> None:
    # Given a filled form
    address = page.url
    form.evaluate(FILL)
    typed = form.evaluate(TYPED)
    # When it is sent into a line that is bad
    line.fault = fault
    page.evaluate("htmx.config.defaultTimeout = 200")
    sent = form.evaluate(PRESS)
    page.wait_for_function(SAYS, arg=form)
    # Then the page is where it was, with every word, and nothing has arrived
    assert (page.url, form.evaluate(TYPED), arrived) == (address, typed, []), f"{fault}: {where}"
    # And when the line is back, one press sends it once, with the button that was pressed
    line.fault = ""
    page.evaluate("htmx.config.defaultTimeout = 60_000")
    form.eval_on_selector(".unsaved button", "button => button.click()")
    for _ in range(400):  # the press is sent a moment after it
        if arrived:
            break
        page.wait_for_timeout(20)
    page.wait_for_function("form => !form.querySelector('[aria-busy]')", arg=form)
    assert [sorted(each) for each in arrived] == [sorted((name, value) for name, value in sent)], f"{fault}: {where}"


def test_the_pressed_button_is_repeated_and_an_answer_that_is_lost_saves_nothing_twice(
    client: Client, opened: Open, line: Line
) -> None:
    actor = make_lao()
    page = opened()
    come_in(page, client, actor.account_id, line.address)
    page.goto(f"{line.address}/projects/new?year=2561")
    fill_project(page, "โครงการบนสายที่ขาด")
    # When the server records the project and its answer does not arrive
    line.fault = "cut answer"
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    again = page.get_by_role("button", name="ลองอีกครั้ง")
    expect(again).to_be_visible()
    line.fault = ""
    # Then one more press leads where the first one was to lead, and there is one project
    again.click()
    page.wait_for_url("**/home?year=2561")
    expect(page.get_by_role("status")).to_contain_text("โครงการบนสายที่ขาด")
    db.session.rollback()
    assert [project.name for project in all_projects(actor.own_organisation_id)] == ["โครงการบนสายที่ขาด"]


def test_codes_that_are_shown_once_survive_a_bad_line(client: Client, opened: Open, line: Line) -> None:
    make_account(make_organisation("6650808"), claimed=False)
    page = opened()
    come_in(page, client, make_staff("officer65", Role.OFFICER, "65").id, line.address)
    page.goto(f"{line.address}/nacc/accounts/1")
    page.get_by_role("button", name="ออกรหัสเปิดใช้งาน").click()
    code = page.locator("td b")
    shown = code.inner_text()
    # When the file does not come, then does
    line.fault = "cut"
    page.get_by_role("button", name="ดาวน์โหลด Excel").click()
    expect(page.locator("#bar .down")).to_be_visible()
    expect(code).to_have_text(shown)
    line.fault = ""
    with page.expect_download() as fetched:
        page.get_by_role("button", name="ลองอีกครั้ง").click()
    assert fetched.value.suggested_filename == "รหัสเปิดใช้งาน.xlsx"
    # Leaving asks, unless somebody says that the codes are kept; then Back does not show them
    expect(code).to_have_text(shown)
    page.get_by_role("link", name="เก็บรหัสไว้แล้ว").click()
    page.wait_for_url("**/nacc/accounts")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("บัญชี")
    assert shown not in page.content()
