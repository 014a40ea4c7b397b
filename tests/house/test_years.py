"""Year, round and account of a page: its forms land there, whatever happened meanwhile, and the menu goes along."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.access import Actor
from app.accounts.form_words import DEEDS
from app.accounts.resume import LEFT_OUT, unseal
from app.models.enums import ReportStatus, Role, Round
from tests.client import XHTML, Client
from tests.factories import facts, make_lao, make_project, make_report, make_sign, make_staff
from tests.pages import elements, enter, facts_shown, fields, form_token, links

ROOT = Path(__file__).parents[2]
YEAR = 2562  # the LAO's other open year: not the one a test page opens with
OWN = {"Sec-Fetch-Site": "same-origin"}
STAFF = {"somsri": (Role.OFFICER, "65"), "admin": (Role.ADMINISTRATOR,)}
# Pages with forms: {y} the year, {p} a project, {o} its LAO, {g} what should be checked, {s} whoever is signed in.
PAGES = {
    "lao": (
        "/reporting/workbook?year={y}&round=12",
        *("/evaluation?year={y}", "/projects/new?year={y}", "/projects/{p}?year={y}", "/projects/{p}/delete?year={y}"),
        *("/reporting/{p}/{y}/12?year={y}&round=6", "/profile", "/reporting/grid?year={y}&round=12"),
        *("/account/sessions", "/account/confirm", "/account/second-factor/app", "/account/second-factor/passkey"),
        "/reporting/grid/many?year={y}&round=12&all=1",
    ),
    "somsri": (
        *("/nacc/plan-years?year={y}", "/nacc/plan-years/many?year={y}&all=1", "/nacc/plan-years/file?year={y}"),
        *("/nacc/scores/file?year={y}", "/nacc/scores/{o}/{y}", "/nacc/scores/close?year={y}"),
        *("/nacc/scores/open?year={y}", "/nacc/scores/publish?year={y}", "/nacc/scores/proposals?year={y}"),
        *("/nacc/waiting?year={y}&round=12", "/nacc/waiting/many?year={y}&round=12&all=1", "/nacc/review?year={y}"),
        *("/nacc/signs/many?year={y}&round=12&all=1", "/nacc/signs/{g}?year={y}&round=12"),
        *("/nacc/review/{p}?year={y}", "/nacc/review/many?year={y}&all=1", "/reports/exports?year={y}&round=12"),
        *("/nacc/accounts/{o}", "/nacc/accounts/codes?province=65", "/nacc/account"),
        *("/nacc/notes/projects/{p}?year={y}", "/nacc/notes/organisations/{o}?year={y}"),
    ),
    "admin": (
        *("/nacc/admin/windows", "/nacc/admin/windows/{y}/12", "/nacc/admin/periods", "/nacc/admin/periods/1/1"),
        "/nacc/admin/periods/2",
        *(
            "/nacc/admin/reasons",
            "/nacc/admin/contact",
            "/nacc/admin/second-person",
            "/nacc/admin/staff",
            "/nacc/admin/staff/{s}",
        ),
        *("/nacc/admin/registry", "/nacc/admin/registry/new", "/nacc/admin/registry/6650807"),
        *("/nacc/admin/registry/6650807/succession", "/nacc/admin/black-out/{p}"),
        "/nacc/scores/proposals?year={y}",
    ),
}
# Forms that stand on no page before another deed was done; what they are about stands in their address or is sealed.
AFTER_A_DEED = {
    *("accounts.own_strength", "accounts.strength_by_link"),  # asked by a script: no page has such a form
    *("accounts.ask_for_link", "accounts.logout", "accounts.set_new_password", "accounts.sign_in"),  # nobody's year
    *("accounts.prove_second", "second_factor.remove_factor", "second_factor.renew_codes"),  # nobody's either
    *("administration.remove_factors", "nacc_accounts.remove_factors"),  # of whoever has one
    "administration.withdraw_time",  # of what was given
    "round_workbook.confirm_workbook",  # of a file that was checked
    *("administration.unlock_staff", "registry_upkeep.open_again"),  # of what is locked or closed
    *("score_changes.answer_change", "my_deeds.answer_proposal"),  # of what was proposed
    *("copying.copy_projects", "copying.take_back_copies"),  # from one plan into another: once both have open years
    *("plan_files.check_file", "plan_files.confirm_file", "plan_files.annotated_copy"),  # of the years in the file
    *("amendments.amend_line", "amendments.take_today"),  # of a round that closed
    *("grid.take_back", "grid.take_over"),
    "grid.save_row",  # by the script of the grid
    "accounts.end_session",  # once there is another one
    *("administration.bring_back", "evaluation.save_cell", "evaluation.confirm_file", "plan_years.confirm_file"),
    *(
        "nacc_accounts.issue_code",
        "exports.cancel",
        "exports.delete",
        "nacc_accounts.code_file",
        "nacc_accounts.unlock",
    ),
    *("proposals.confirm_proposals", "review.take_back", "plan_years.take_back", "sending.send"),
    "waiting.send_waiting",
}


class SentForm(NamedTuple):
    page: str
    address: str
    typed: dict[str, list[str]]


def _forms(html: str, page: str = "") -> Iterator[SentForm]:
    """The forms of a page that are sent with POST, as a browser sends them; not the one for signing out."""
    for form in elements(html, "form"):
        if form.get("method") == "post" and form.get("action") != "/logout":
            yield SentForm(page, form.get("action"), _typed(form))


def _typed(form: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in form.iter():
        tag, name, kind = str(element.tag).removeprefix(XHTML), element.get("name"), element.get("type")
        if not name or tag == "button" or name.startswith(LEFT_OUT) or kind == "file":
            continue
        if kind not in ("radio", "checkbox") or element.get("checked") is not None:
            found.setdefault(name, []).append(_value(element, tag))
    return found


def _value(element: Any, tag: str) -> str:
    if tag == "select":
        options = list(element.iter(f"{XHTML}option"))
        chosen = next((each for each in options if each.get("selected") is not None), options[0])
        return str(chosen.get("value") or "".join(chosen.itertext()))
    return "".join(element.itertext()) if tag == "textarea" else element.get("value") or ""


@pytest.fixture
def lao(app: Flask) -> Actor:
    return make_lao()


def _opened(client: Client, user: str, lao: Actor) -> tuple[int, list[SentForm]]:
    """Who signed in, and all forms of the pages of `user`."""
    project_id = make_project(lao, facts(budgets={2561: None, YEAR: None}))
    sign_id = make_sign(lao.own_organisation_id, project_id)
    account_id = lao.account_id if user == "lao" else make_staff(user, *STAFF[user]).id
    assert account_id
    enter(client, account_id)
    found: list[SentForm] = []
    for page in (
        each.format(y=YEAR, p=project_id, o=lao.organisation_id, g=sign_id, s=account_id) for each in PAGES[user]
    ):
        answer = client.get(page)
        assert answer.status_code == 200, page
        found += _forms(answer.text, page)
    return account_id, found


@pytest.mark.parametrize("user", sorted(PAGES))
def test_a_form_goes_where_its_page_was_opened_also_after_a_lost_session(
    app: Flask, client: Client, lao: Actor, user: str
) -> None:
    """Each is sent with the token of a session now over, first with another session open, then with none."""
    account_id, found = _opened(client, user, lao)
    token = {"csrf_token": form_token(account_id)}
    for form in found:
        told = {*parse_qs(urlsplit(form.address).query).get("year", []), *urlsplit(form.address).path.split("/")}
        assert str(YEAR) not in form.page or str(YEAR) in told | {
            each for value in form.typed.values() for each in value
        }
        between = client.post(form.address, data=token | form.typed, headers=OWN).text
        (again,) = _forms(between, form.page)
        assert again == form
        about = facts_shown(between)
        assert about["แบบฟอร์ม"] != "แบบฟอร์ม"
        assert about["ในชื่อ"]
        assert f"year={YEAR}" not in form.address or str(YEAR) in " ".join(about.values()) or "โครงการ" in about, form
    client.delete_cookie("eplannacc")
    for form in found:
        asked = client.post(form.address, data=token | form.typed, headers=OWN)
        kept = unseal(fields(asked.text)["resume"][0])
        assert kept
        assert (kept.account_id, kept.address) == (account_id, form.address)
        assert sorted(kept.fields) == sorted((name, value) for name, values in form.typed.items() for value in values)


def test_every_view_that_takes_a_form_is_walked(app: Flask, client: Client, lao: Actor) -> None:
    """A new one is added to PAGES, or to AFTER_A_DEED."""
    router = app.url_map.bind("localhost")
    found = [form for user in PAGES for form in _opened(client, user, lao)[1]]
    walked = {router.match(urlsplit(form.address).path, method="POST")[0] for form in found}
    assert set(DEEDS) - walked == AFTER_A_DEED


def _menu(html: str) -> list[str]:
    (menu,) = [each for each in elements(html, "nav") if each.get("class") == "menu"]
    return [each.get("href") for each in menu.iter(f"{XHTML}a") if not each.get("href").startswith("/help")]


def test_year_and_round_last_chosen_go_along_in_the_menu(client: Client, lao: Actor) -> None:
    project_id = make_project(lao, facts(budgets={YEAR: None}))
    enter(client, lao.account_id)
    for page, chosen in (
        (f"/home?year={YEAR}", f"?year={YEAR}"),
        (f"/reporting?year={YEAR}&round=12", f"?year={YEAR}&round=12"),
        (f"/reporting/{project_id}/{YEAR}/12", f"?year={YEAR}&round=12"),
        (f"/reports/province?year={YEAR}&round=12&by=level", f"?year={YEAR}&round=12"),
        (f"/history?year={YEAR}&round=6", f"?year={YEAR}&round=6"),
        ("/home", ""),
        ("/projects?year=all", ""),
        ("/reporting?year=99999&round=x", ""),
    ):
        assert {urlsplit(to)._replace(path="").geturl() for to in _menu(client.get(page).text)} == {chosen}, page
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    page = client.get(f"/nacc/plan-years?year={YEAR}&province=65")
    assert f"/reports/exports?year={YEAR}" in _menu(page.text)
    shown = client.get(f"/reports/exports?year={YEAR}&round=12").text
    assert re.search(rf'value="{YEAR}" selected', shown)
    assert re.search(r'value="12" selected', shown)


def test_an_empty_list_says_which_year_has_entries(client: Client, lao: Actor) -> None:
    """In October: the new year is open, and the work is in the old one."""
    for number in range(3):
        make_project(lao, facts(f"โครงการที่ {number}"))
    make_report(lao, make_project(lao), ReportStatus.DONE, Round.TWELVE)
    enter(client, lao.account_id)
    for page, to in (
        (f"/projects?year={YEAR}", "/projects?year=2561"),
        (f"/reporting?year={YEAR}&round=12", "/reporting?year=2561&round=12"),
        (f"/home?year={YEAR}", "/home?year=2561"),
    ):
        shown = client.get(page).text
        assert "ปี 2561 มี 4 รายการ" in shown, page
        assert to in [address for address, _htmx in links(shown)], page
    assert "ปี 2561 มี 1 รายการ" in client.get(f"/reporting/all?year={YEAR}&round=12").text
    assert "ปี 2561 มี" not in client.get(f"/reporting/all?year={YEAR}&round=6").text


def test_after_recording_the_next_page_and_the_menu_stay_in_the_year_of_the_project(client: Client, lao: Actor) -> None:
    enter(client, lao.account_id)
    (form,) = _forms(client.get(f"/projects/new?year={YEAR}").text)
    typed = {
        "name": "โครงการ",
        "kind": "project",
        "quarters": "1",
        "dimension": "1",
        "target_group": "ก",
        "objective": "ก",
    }
    sent = form.typed | typed | {"years": str(YEAR), f"budget_{YEAR}": "5"}
    after = client.send(form.address, sent).location
    assert after.startswith(f"/projects/new?year={YEAR}&after=")
    assert f"/projects?year={YEAR}" in _menu(client.get(after).text)


def test_a_year_of_no_plan_is_not_open_for_reports(client: Client, lao: Actor) -> None:
    enter(client, lao.account_id)
    for page in ("/reporting?year=2565", "/projects?year=2565"):
        shown = client.get(page).text
        assert "ปี 2565 ยังบันทึกหรือรายงานไม่ได้ เพราะไม่อยู่ในช่วงของแผน" in shown, page
        assert "เปิดรับรายงาน" not in shown, page
        assert "/projects/new?year=2565" not in re.sub(r'(?s)<nav class="menu".*?</nav>', "", shown), page


def test_no_template_escapes_an_ampersand_twice() -> None:
    """What stands in quotes inside {{ }} is escaped when it is printed: there it is a plain &."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for code in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", path.read_text(), re.DOTALL):
            assert "&amp;" not in code, f"{path}: {code}"


@pytest.mark.parametrize(
    ("who", "address", "form"),
    [
        ("lao", "/evaluation?year=3104", {"sar_1": "3"}),
        ("officer", "/nacc/scores/close?year=3104", {"expected": "1"}),
        ("officer", "/nacc/plan-years/1?year=3104", {"status": "passed", "version": "0"}),
        ("officer", "/nacc/waiting/many?year=3104&round=6&all=1", {"expected": "1"}),
    ],
)
def test_a_deed_for_a_year_of_no_plan_is_not_done_in_another(
    app: Flask, client: Client, who: str, address: str, form: dict[str, str]
) -> None:
    # given
    people = {"lao": make_lao().account_id, "officer": make_staff("officer65", Role.OFFICER, "65").id}
    enter(client, people[who] or 0)

    # when
    answer = client.send(address, form)

    # then
    assert answer.status_code == 404
