"""Every form, sent with all that can be wrong in it: its errors stand in the order the fields are seen in."""

from typing import Any

import pytest
from flask import Flask

from app import clock
from app.accounts.rules import fingerprint
from app.db import db, is_sqlite, transaction
from app.fields import Form
from app.models import PasswordReset
from app.models.enums import ReviewStatus, Role, Round
from tests.client import XHTML, Client
from tests.factories import YEAR, make_account, make_lao, make_organisation, make_project, make_sign, make_staff, review
from tests.house.test_amounts import all_forms
from tests.lao.fixed_rounds.closing import close, fix
from tests.pages import elements, enter, fields, tags

TOO_MUCH = "ก" * 5001
# Forms with at most one field to get wrong: a choice of rows, a file, a number that was said before.
ONE_QUESTION = {
    "AnswerForm",
    "AppForm",
    "ChangeForm",
    "ConfirmForm",
    "CopyForm",
    "DeleteForm",
    "HistoryFilterForm",
    "NoteForm",
    "PasskeyForm",
    "PastableForm",
    "PlanFileForm",
    "ProposedNumbersForm",
    "RegistryFileForm",
    "RemovalForm",
    "RoundFileForm",
    "ScoreFileForm",
    "SecondStepForm",
    "SecondPersonForm",
    "SendForm",
    "StatusForm",
    "UploadForm",
    "VerifyForm",
    "WithdrawalForm",
}
# The way somebody finds each form, as whom, and where it is sent.
LAO = (
    "/projects/new",
    "/projects/{project}",
    f"/reporting/{{project}}/{YEAR}/6",
    "/profile",
    f"/evaluation?year={YEAR}",
)
ADMINISTRATOR = (
    f"/nacc/admin/windows/{YEAR}/6",
    "/nacc/admin/windows",
    "/nacc/admin/periods",
    "/nacc/admin/periods/1/1",
    "/nacc/admin/periods/2",
    "/nacc/admin/reasons",
    "/nacc/admin/contact",
    "/nacc/admin/staff",
    "/nacc/admin/staff/{staff}",
    "/nacc/admin/registry/new",
    "/nacc/admin/registry/6650807",
    "/nacc/admin/registry/6650807/succession",
    "/nacc/admin/black-out/{project}",
    f"/nacc/scores/proposals?year={YEAR}",
    f"/nacc/scores/{{lao}}/{YEAR}",
    "/nacc/review/{project}",
    f"/nacc/signs/{{sign}}?year={YEAR}",
    "/nacc/accounts/{lao}",
    "/nacc/account",
    "/reports/exports",
    f"/nacc/rounds/6650807/{YEAR}/12",
    f"/nacc/rounds/6650807/{YEAR}/12/{{project}}",
)
STRANGER = ("/login", "/forgot", "/forgot/token")


def errors_in_order(html: str) -> tuple[list[str], list[str]]:
    """(ids the error list leads to, ids of the page) in the order they stand in."""
    boxes = [each for each in elements(html, "div") if "errors" in (each.get("class") or "").split()]
    links = [a.get("href", "")[1:] for box in boxes for a in box.iter(f"{XHTML}a")]
    return links, [attributes["id"] for _tag, attributes in tags(html) if "id" in attributes]


def forms_of(html: str) -> list[tuple[str, dict[str, Any]]]:
    """(address, all wrong that can be sent to it) of each form of a page that changes something."""
    found = []
    for form in elements(html, "form"):
        if form.get("method") != "post" or form.get("action") == "/logout":
            continue
        data = {}
        for field in form.iter():
            tag = str(field.tag).removeprefix(XHTML)
            kind = field.get("type") or "text"
            if field.get("name") and (tag == "textarea" or (tag == "input" and kind not in ("radio", "checkbox"))):
                data[field.get("name")] = (field.get("value") or "") if kind == "hidden" else TOO_MUCH
            if kind == "checkbox" and "ordinance" in field.get("name"):
                data[field.get("name")] = field.get("value")
        found.append((form.get("action"), data))
    return found


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of the forms that were refused on the way."""
    names = set[str]()
    plain = Form.problems

    def problems(form: Form) -> list[tuple[str, str]]:
        found = plain.fget(form)  # type: ignore[attr-defined]
        if found:
            names.update(each.__name__ for each in type(form).__mro__)
        return found

    monkeypatch.setattr(Form, "problems", property(problems))
    return names


def test_the_list_of_errors_follows_the_fields_on_screen(app: Flask, client: Client, seen: set[str]) -> None:
    if not is_sqlite(db.engine):
        pytest.skip("the pages are the same on both engines")
    lao, chief = make_lao(), make_staff("chief", Role.ADMINISTRATOR)
    known = {"project": make_project(lao), "lao": lao.organisation_id, "staff": chief.id}
    close(Round.TWELVE)
    fix()
    known["sign"] = make_sign(lao.own_organisation_id)
    with transaction():
        token = PasswordReset(token_hash=fingerprint("token"), account_id=lao.account_id, expires_at=clock.now())
        token.expires_at = clock.now().replace(year=clock.now().year + 1)
        db.session.add(token)
    claiming = make_account(make_organisation("6650808"), claimed=False).id
    for account, paths in ((lao.account_id, LAO), (chief.id, ADMINISTRATOR)):
        enter(client, account)
        for path in paths:
            walk(client, path.format(**known))
    enter(client, claiming, claiming=True)
    walk(client, "/profile")
    with client.session_transaction() as session:
        session.clear()
    for path in STRANGER:
        walk(client, path)
    assert {form.__name__ for form in all_forms()} - seen == ONE_QUESTION


def walk(client: Client, path: str) -> None:
    for address, data in forms_of(client.get(path).text):
        answer = client.send(address, data)
        if answer.status_code != 422:
            continue
        links, ids = errors_in_order(answer.text)
        places = [ids.index(link) for link in links if link]
        assert places == sorted(places), f"{address}: {links}"


def test_a_rejected_project_saved_unchanged_is_told_so(app: Flask, client: Client) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    review(project_id, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    enter(client, lao.account_id)
    page = client.get(f"/projects/{project_id}")
    for _again in range(2):
        answer = client.send(f"/projects/{project_id}", fields(page.text), htmx=True)
        assert "ยังไม่ได้แก้ไขอะไร โครงการยังถูกปฏิเสธอยู่" in answer.text
        assert "บันทึกแล้ว" not in answer.text
