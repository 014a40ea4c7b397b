"""What holds for every page: links that lead somewhere, htmx attributes that are complete, headers that protect."""

import re
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.db import db, transaction
from app.history.operations import record
from app.models import MailLog
from app.models.enums import Action, CannotReason, Entity, ReportStatus, ReviewStatus, Role, Round
from app.web import MIMETYPES
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_staff, project_form, review
from tests.pages import crawl, enter, tags

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
# Followed of addresses that differ only in their values. The engines share the pages.
MOST_ALIKE = {"sqlite": 2, "postgresql": 1}


def reached(client: Client, start: str) -> dict[str, TestResponse]:
    return crawl(client, start, MOST_ALIKE[db.engine.name])


def check_answers(answers: dict[str, TestResponse]) -> None:
    bad = {path: answer.status_code for path, answer in answers.items() if answer.status_code not in (200, 302, 303)}
    assert not bad
    for path, answer in answers.items():
        if answer.mimetype == "text/html" and answer.status_code == 200:
            check_htmx(path, answer.text)


def check_htmx(path: str, html: str) -> None:
    """htmx 4 inherits no attribute: without its own target an answer lands inside the button that was pressed."""
    found = tags(html)
    ids = {attributes.get("id") for _tag, attributes in found}
    for _tag, attributes in found:
        if "data-hx-get" in attributes or "data-hx-post" in attributes:
            target = attributes.get("data-hx-target")
            assert target, f"{path}: {attributes} has no target"
            assert attributes.get("data-hx-swap"), f"{path}: {attributes} has no swap"
            if "<html" in html:
                assert target.removeprefix("#") in ids, f"{path}: no {target} on the page"


def test_every_link_of_a_stranger_leads_somewhere(app: Flask, client: Client) -> None:
    make_lao()
    answers = reached(client, "/")
    assert {"/login", "/codes", "/help", "/public", "/forgot"} <= set(answers)
    check_answers(answers)


def test_every_link_of_an_lao_leads_somewhere(app: Flask, client: Client) -> None:
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการที่ {n}", dimension=1 + n % 4)) for n in range(5)]
    make_project(lao, facts("ไม่ใช้งบ", budgets={2561: None, 2562: Decimal("5.50")}))
    make_report(lao, ids[0])
    make_report(lao, ids[1], ReportStatus.CANNOT, cannot_reason=CannotReason.OTHER, cannot_text="น้ำท่วม")
    make_report(lao, ids[2], ReportStatus.IN_PROGRESS, Round.TWELVE, ordinance_budget=Decimal(5))
    review(ids[3], ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    review(ids[4], ReviewStatus.APPROVED)
    enter(client, lao.account_id)
    answers = reached(client, "/home")
    expected = {"/projects", "/projects/new", "/reporting", "/reporting/all", "/reports/province", "/profile"}
    assert expected <= set(answers)
    assert any(path.startswith("htmx /reporting/") for path in answers)
    check_answers(answers)


def test_every_link_of_staff_leads_somewhere(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_project(lao)
    with transaction():
        mail = {"kind": "digest", "to_address": "6650807@example.go.th", "day": NOW.date(), "queued_at": NOW}
        db.session.add(MailLog(organisation_id=lao.organisation_id, **mail))
        person = {"contact_name": "ผู้ประสานงาน", "phone": "055000000"}
        record(lao, Action.EDIT, Entity.PROFILE, lao.organisation_id, organisation_id=lao.organisation_id, after=person)
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    answers = reached(client, "/nacc")
    assert {"/nacc/review", "/nacc/deeds", "/reports/province"} <= set(answers)
    check_answers(answers)
    files = [
        f"/nacc/waiting{file}?year={YEAR}&round=6" for file in ("", "/table.xlsx", "/table.csv")
    ]  # of a year with rows
    check_contacts_are_declared(app, answers | {path: client.get(path) for path in files})


def check_contacts_are_declared(app: Flask, answers: dict[str, TestResponse]) -> None:
    """Who opens a page with a coordinator on it is written down; the view says that it is one."""
    router = app.url_map.bind("localhost")
    shown, declared = set(), set()
    for path, answer in answers.items():
        endpoint = router.match(urlsplit(path.removeprefix("htmx ")).path)[0]
        content = answer.text if answer.mimetype != MIMETYPES["xlsx"] else "".join(_parts(answer.data))
        if re.search("055000000|6650807@example", content):
            shown.add(endpoint)
        if hasattr(app.view_functions[endpoint], "shows_contacts") and answer.status_code == 200:
            declared.add(endpoint)
    assert shown == declared


def _parts(workbook: bytes) -> Iterator[str]:
    with ZipFile(BytesIO(workbook)) as parts:
        yield from (parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_a_page_that_breaks_the_htmx_rule_is_found() -> None:
    with pytest.raises(AssertionError, match="no swap"):
        check_htmx("/", '<!doctype html><html><p id="a"><a data-hx-get="/x" data-hx-target="#a">x</a></html>')
    with pytest.raises(AssertionError, match="no target"):
        check_htmx("/", '<form data-hx-post="/x" data-hx-swap="outerHTML"></form>')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_no_style_no_script_and_no_half_htmx(path: Path) -> None:
    """The CSP would block inline style and script; a target that is not there would swap into the wrong place."""
    source = JINJA.sub("", path.read_text())
    for tag in re.findall(r"<[a-z][^>]*>", source):
        assert not re.search(r"\s(style|on[a-z]+)\s*=", tag), tag
        assert not re.search(r"\bhx-(on|vals|vars)\b", tag), tag
        if re.search(r"\sdata-hx-(get|post)=", tag):
            assert "data-hx-target=" in tag, tag
            assert "data-hx-swap=" in tag, tag
    for script in re.findall(r"<script\b[^>]*>(.*?)</script>", source, re.DOTALL):
        assert not script.strip()
    assert "<style" not in source
    assert "|safe" not in path.read_text()


INPUT = re.compile(r"<input\b(?:[^>]|\{\{.*?\}\})*>", re.DOTALL)


def test_searches_fit_into_an_address_and_the_browser_may_remember_what_was_typed() -> None:
    """Thai takes nine letters for one in an address, which proxies cut; `autocomplete="off"` empties fields on Back."""
    searches = [tag for path in TEMPLATES for tag in INPUT.findall(path.read_text()) if 'type="search"' in tag]
    names = [tag for path in TEMPLATES for tag in INPUT.findall(path.read_text()) if 'name="q"' in tag]
    typed = [tag for tag in names if 'type="hidden"' not in tag]
    assert len(searches) == len(typed) >= 8
    assert [tag for tag in searches if 'maxlength="200"' not in tag] == []
    assert [path.name for path in TEMPLATES if 'autocomplete="off"' in path.read_text()] == []


def check_headers(answer: TestResponse) -> None:
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" not in answer.headers["Cache-Control"]


def test_data_may_load_nothing_at_all(client: Client) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer.is_json
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_pages_fragments_and_errors_carry_the_headers(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    enter(client, lao.account_id)
    htmx = {"HX-Request": "true"}
    monkeypatch.setitem(app.config, "SHOW_ERROR_PAGES", True)

    def crash() -> str:
        raise ZeroDivisionError("planted")

    crash.access = ("public",)  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "healthz", crash)
    with monkeypatch.context() as quiet:
        quiet.setattr(app.logger, "exception", lambda *_args: None)
        crashed = client.get("/healthz")
    answers = [
        (client.get("/home"), 200),
        (client.get("/projects", headers=htmx), 200),
        (client.get("/nowhere"), 404),
        (client.get("/nowhere", headers=htmx), 404),
        (client.put("/home"), 405),
        (client.send(f"/projects/{project_id}", {}, htmx=True), 422),
        (client.get(f"/projects/{project_id + 1}"), 404),
        (client.get("/login"), 302),
        (crashed, 500),
    ]
    for answer, status in answers:
        assert answer.status_code == status, answer.request.path
        check_headers(answer)
    assert "ZeroDivisionError" not in crashed.text
    assert re.search(r"รหัส [0-9A-F]{6}", crashed.text)
    assert "Strict-Transport-Security" not in crashed.headers  # the demo runs without TLS


def test_a_fragment_says_that_it_is_one_and_a_history_restore_gets_the_page(app: Flask, client: Client) -> None:
    lao = make_lao()
    enter(client, lao.account_id)
    for path in ("/projects", "/reporting", "/reporting/all", "/home", "/codes", "/public", "/reports/province"):
        fragment = client.get(path, headers={"HX-Request": "true"})
        assert "<html" not in fragment.text, path
        assert "HX-Request" in fragment.headers["Vary"], path
        for more in ({"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}, {"HX-Request-Type": "full"}):
            assert "<html" in client.get(path, headers={"HX-Request": "true", **more}).text, (path, more)


def test_files_can_be_kept_for_ever_and_pages_cannot(app: Flask, client: Client) -> None:
    page = client.get("/login")
    assert page.headers["Cache-Control"] == "private, no-cache"
    sheet = next(a["href"] for tag, a in tags(page.text) if tag == "link" and a["rel"] == "stylesheet")
    assert "?v=" in sheet
    with client.get(sheet) as file:
        assert "max-age=31536000" in file.headers["Cache-Control"]


def test_what_app_js_may_show_says_that_it_is_ours(app: Flask, client: Client) -> None:
    enter(client, make_lao().account_id)
    htmx = {"HX-Request": "true"}
    assert client.get("/home").headers["X-Answer"] == "page"
    assert client.get("/nowhere").headers["X-Answer"] == "page"
    refused = client.get("/nowhere", headers=htmx)
    assert (refused.headers["X-Answer"], refused.text[:3]) == ("sentence", "ไม่")
    # A form that app.js sent leads on as a page, one that htmx put into its row does not
    form = project_form({"name": "โครงการ"})
    led = client.send("/projects/new?year=2561", form, headers=htmx | {"HX-Boosted": "true"})
    assert (led.status_code, led.text, led.location) == (204, "", None)
    assert led.headers["HX-Redirect"].startswith("/projects/new?year=2561&after=")
    assert client.send("/projects/new?year=2561", form, htmx=True).status_code == 302


def test_a_wrong_method_says_which_ones_there_are(app: Flask, client: Client) -> None:
    answer = client.put("/logout")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


# An address that only takes what a form sends, and the page that opens instead: the one its form stands on.
WHERE_THE_FORM_STANDS = {
    "/logout": "/",
    "/nacc/admin/windows/more-time": "/nacc/admin/windows",
    "/nacc/admin/reasons/7/retire": "/nacc/admin/reasons",
    "/nacc/admin/reasons/7/above/7": "/nacc/admin/reasons",
    "/nacc/admin/periods/7/remove": "/nacc/admin/periods/7",
    "/nacc/admin/deleted/7": "/nacc/admin/deleted",
    "/nacc/admin/staff/7/lock": "/nacc/admin/staff/7",
    "/nacc/admin/staff/7/unlock": "/nacc/admin/staff/7",
    "/nacc/admin/staff/7/link": "/nacc/admin/staff/7",
    "/nacc/admin/registry/6650807/close": "/nacc/admin/registry/6650807",
    "/nacc/admin/registry/6650807/open": "/nacc/admin/registry/6650807",
    "/nacc/admin/registry/file": "/nacc/admin/registry",
    "/nacc/scores/7/7/7/sar": "/nacc/scores/7/7",
    "/nacc/scores/7/7/close": "/nacc/scores/7/7",
    "/nacc/scores/7/7/confirm": "/nacc/scores/7/7",
    "/nacc/deeds/7/confirm": "/nacc/deeds",
    "/nacc/scores/file/confirm": "/nacc/scores/file",
    "/nacc/scores/proposals/minimum": "/nacc/scores/proposals",
    "/nacc/account/password": "/nacc/account",
    "/account/password/strength": "/",
    "/forgot/7/strength": "/forgot/7",
    "/account/sessions/7": "/account/sessions",
    "/login/second": "/login",
    "/account/second-factor/codes": "/account/second-factor",
    "/account/second-factor/7/remove": "/account/second-factor",
    "/nacc/admin/staff/7/second-factor": "/nacc/admin/staff/7",
    "/nacc/accounts/7/second-factor": "/nacc/accounts/7",
    "/nacc/accounts/codes/xlsx": "/nacc/accounts/codes",
    "/nacc/accounts/7/code": "/nacc/accounts/7",
    "/nacc/accounts/7/reset": "/nacc/accounts/7",
    "/nacc/accounts/7/hand-over": "/nacc/accounts/7",
    "/nacc/accounts/7/lock": "/nacc/accounts/7",
    "/nacc/accounts/7/unlock": "/nacc/accounts/7",
    "/nacc/plan-years/7": "/nacc/plan-years",
    "/nacc/plan-years/file/confirm": "/nacc/plan-years/file",
    "/nacc/review/take-back": "/nacc/review",
    "/nacc/plan-years/take-back": "/nacc/plan-years",
    "/nacc/waiting/7": "/nacc/waiting",
    "/reporting/grid/7/7/7": "/reporting/grid",
    "/reporting/grid/take-back": "/reporting/grid",
    "/reporting/grid/take-over": "/reporting/grid",
    "/reporting/workbook/confirm": "/reporting/workbook",
    "/projects/copy/undo": "/projects/copy",
    "/projects/import/confirm": "/projects/import",
    "/projects/import/copy": "/projects/import",
    "/reports/exports/7/cancel": "/reports/exports/7",  # which leads on to the list
    "/reports/exports/7/delete": "/reports/exports/7",
}


def _for_forms_only(app: Flask) -> Iterator[str]:
    """The addresses that take a form and open no page, each with a number or a code in it."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<any\((\w+).*?>|<string\(length=7\).*?>|<.*?>", _example, rule.rule)
        if "POST" in (rule.methods or ()) and not adapter.test(path, "GET"):
            yield path


def _example(converter: re.Match[str]) -> str:
    return converter[1] or ("6650807" if "length=7" in converter[0] else "7")


def test_an_address_for_forms_only_opens_the_page_its_form_stands_on(app: Flask, client: Client) -> None:
    assert set(_for_forms_only(app)) == set(WHERE_THE_FORM_STANDS)
    for address, page in WHERE_THE_FORM_STANDS.items():
        answer = client.get(f"{address}?year=2561&q=%E0%B8%81")
        assert (answer.status_code, answer.location) == (303, f"{page}?year=2561&q=%E0%B8%81"), address
        assert client.head(address).status_code == 303
        assert client.put(address).status_code == 405
    sentence = client.get("/nacc/review/take-back", headers={"HX-Request": "true"})
    assert (sentence.status_code, sentence.headers["X-Answer"]) == (405, "sentence")


def test_whoever_lands_there_is_told_that_nothing_was_saved(app: Flask, client: Client) -> None:
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    page = client.get("/nacc/plan-years/file/confirm?year=2561", follow_redirects=True)
    assert page.request.path == "/nacc/plan-years/file"
    assert "ครั้งนี้ยังไม่มีอะไรถูกบันทึก" in page.text
    gone = client.get("/reports/exports/7/delete", follow_redirects=True)
    assert (gone.status_code, gone.request.path) == (200, "/reports/exports")
    with client.session_transaction() as session:
        session.clear()
    assert client.get("/nacc/plan-years/file/confirm", follow_redirects=True).request.path == "/login"
