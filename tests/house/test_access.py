"""Every route by who may open it, and every address that stays."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.access import PUBLIC, declared_access
from app.accounts.queries import actor_of
from app.language import ENGLISH, is_english
from app.models.enums import Role
from tests.client import Client
from tests.factories import make_account, make_lao, make_organisation, make_project, make_staff
from tests.pages import enter

ANYBODY = frozenset({"stranger", "lao", "claimant", "officer", "administrator"})
LAO = frozenset({"lao"})
PROFILE = frozenset({"lao", "claimant"})
STAFF = frozenset({"officer", "administrator"})
ADMINISTRATOR = frozenset({"administrator"})
TABLE = frozenset({"lao", "officer", "administrator"})
SIGNED_IN = ANYBODY - {"stranger"}

# Who opens what. A new view belongs here before it is merged.
WHO_OPENS = {
    "GET static": ANYBODY,
    "GET healthz": ANYBODY,
    "GET readyz": ANYBODY,
    "GET metrics": ANYBODY,
    "GET landing.landing": ANYBODY,
    "GET help.manual": ANYBODY,
    "GET help.part_page": ANYBODY,
    "GET help.chapter_page": ANYBODY,
    "GET help.questions": ANYBODY,
    "GET help.news": ANYBODY,
    "GET help.privacy": ANYBODY,
    "GET help.accessibility": ANYBODY,
    "GET registry.codes": ANYBODY,
    "GET public.place_page": ANYBODY,
    "GET public.compare": ANYBODY,
    "GET public.plot_picture": ANYBODY,
    "GET public.side_by_side": ANYBODY,
    "GET public.ranking": ANYBODY,
    "GET public.english": ANYBODY,
    "GET public.table_file": ANYBODY,
    "GET public.figure_page": ANYBODY,
    "GET public.open_row": ANYBODY,
    "GET public.project": ANYBODY,
    "GET public.deleted_projects": ANYBODY,
    "GET public.find_place": ANYBODY,
    "GET public.find_project": ANYBODY,
    "GET public.robots": ANYBODY,
    "GET follow.feed": ANYBODY,
    "GET follow.card": ANYBODY,
    "GET follow.windows": ANYBODY,
    "GET follow.sitemap": ANYBODY,
    "GET open_data.index": ANYBODY,
    "GET open_data.openapi": ANYBODY,
    "GET open_data.listing": ANYBODY,
    "GET open_data.file": ANYBODY,
    "GET open_data.organisation": ANYBODY,
    "GET open_data.project": ANYBODY,
    "GET open_data.page": ANYBODY,
    "GET open_data.examples": ANYBODY,
    "GET open_data.example": ANYBODY,
    "GET open_data.download": ANYBODY,
    "GET log.page": ANYBODY,
    "GET log.verifier": ANYBODY,
    "GET log.key": ANYBODY,
    "GET log.head": ANYBODY,
    "GET log.all_heads": ANYBODY,
    "GET log.entries": ANYBODY,
    "GET log.inclusion": ANYBODY,
    "GET log.consistency": ANYBODY,
    "GET log.table_state": ANYBODY,
    "GET verify.verify": ANYBODY,
    "GET verify.document": ANYBODY,
    "GET accounts.login": ANYBODY,
    "POST accounts.sign_in": ANYBODY,
    "POST accounts.prove_second": ANYBODY,
    **{f"GET second_factor.{view}": TABLE for view in ("confirm", "own_factors", "new_app", "new_passkey")},
    **{f"POST second_factor.{view}": TABLE for view in ("prove_again", "add_app", "add_passkey", "renew_codes")},
    "POST second_factor.remove_factor": TABLE,
    "POST administration.remove_factors": ADMINISTRATOR,
    "POST nacc_accounts.remove_factors": STAFF,
    "POST accounts.logout": ANYBODY,
    "GET accounts.draft_key": SIGNED_IN,
    "GET accounts.own_account": STAFF,
    "POST accounts.change_own_password": STAFF,
    "POST accounts.own_strength": SIGNED_IN,
    "POST accounts.strength_by_link": ANYBODY,
    "GET accounts.own_sessions": TABLE,
    "GET administration.failed_sign_ins": ADMINISTRATOR,
    "POST accounts.end_session": TABLE,
    "POST accounts.end_sessions": TABLE,
    "GET accounts.forgot": ANYBODY,
    "POST accounts.ask_for_link": ANYBODY,
    "GET accounts.new_password": ANYBODY,
    "POST accounts.set_new_password": ANYBODY,
    "GET profile.profile": PROFILE,
    "GET profile.personal_file": LAO,
    "POST profile.save_profile": PROFILE,
    "GET profile.home": LAO,
    "GET projects.project_list": LAO,
    "GET projects.new_project": LAO,
    "POST projects.record_project": LAO,
    "GET projects.show_alike": ANYBODY,
    "GET copying.copy_plan": LAO,
    "POST copying.copy_projects": LAO,
    "POST copying.take_back_copies": LAO,
    "GET plan_files.choose_file": LAO,
    "GET plan_files.template_file": LAO,
    "POST plan_files.check_file": LAO,
    "POST plan_files.confirm_file": LAO,
    "POST plan_files.annotated_copy": LAO,
    "GET projects.open_project": LAO,
    "POST projects.edit_project": LAO,
    "GET projects.ask_delete": LAO,
    "POST projects.delete_project": LAO,
    "GET reporting.report_list": LAO,
    "GET reporting.list_file": LAO,
    "GET reporting.all_file": LAO,
    "GET projects.list_file": LAO,
    "GET evaluation.own_file": LAO,
    "GET history.own_file": LAO,
    "GET history.overseen_file": STAFF,
    "GET review.queue_file": STAFF,
    "GET waiting.list_file": STAFF,
    "GET nacc_accounts.list_file": STAFF,
    "GET registry.code_file": ANYBODY,
    "GET reporting.open_report": LAO,
    "POST reporting.save_report": LAO,
    "GET reporting.all_reports": LAO,
    "GET grid.grid": LAO,
    "GET grid.ask_many": LAO,
    "POST grid.do_many": LAO,
    "POST grid.save_all": LAO,
    "POST grid.take_back": LAO,
    "POST grid.take_over": LAO,
    "POST grid.save_row": LAO,
    "GET papers.papers": LAO,
    "GET papers.plan_file": LAO,
    "GET papers.round_file": LAO,
    "GET round_workbook.workbook_page": LAO,
    "GET round_workbook.download": LAO,
    "POST round_workbook.check_workbook": LAO,
    "POST round_workbook.confirm_workbook": LAO,
    "GET sending.check": LAO,
    "POST sending.send": LAO,
    "GET sending.receipt": LAO,
    "GET sending.receipt_file": LAO,
    "GET reports.reports": TABLE,
    "GET reports.province_table": TABLE,
    "GET reports.place_page": TABLE,
    "GET reports.compare": TABLE,
    "GET reports.plot_picture": TABLE,
    "GET reports.side_by_side": TABLE,
    "GET reports.ranking": TABLE,
    "GET reports.table_file": TABLE,
    "GET reports.figure_page": TABLE,
    "GET reports.open_row": TABLE,
    "GET reports.project": TABLE,
    "GET reports.deleted_projects": TABLE,
    "GET review.desk": STAFF,
    "GET review.open_project": STAFF,
    "POST review.decide": STAFF,
    "GET review.ask_many": STAFF,
    "POST review.decide_many": STAFF,
    "POST review.take_back": STAFF,
    "GET day.day": STAFF,
    "GET my_deeds.today": STAFF,
    "GET notes.open_of_project": STAFF,
    "POST notes.write_of_project": STAFF,
    "GET notes.open_of_lao": STAFF,
    "POST notes.write_of_lao": STAFF,
    "POST my_deeds.answer_proposal": STAFF,
    "POST plan_years.take_back": STAFF,
    "GET plan_years.desk": STAFF,
    "POST plan_years.set_one": STAFF,
    "GET plan_years.ask_many": STAFF,
    "POST plan_years.set_many": STAFF,
    "GET plan_years.list_file": STAFF,
    "GET plan_years.file_page": STAFF,
    "POST plan_years.check_file": STAFF,
    "POST plan_years.confirm_file": STAFF,
    "GET waiting.desk": STAFF,
    "POST waiting.remind_one": STAFF,
    "GET waiting.ask_many": STAFF,
    "POST waiting.remind_many": STAFF,
    "GET waiting.mails": STAFF,
    "POST waiting.send_waiting": STAFF,
    "GET signs.desk": STAFF,
    "GET signs.list_file": STAFF,
    "GET signs.open_sign": STAFF,
    "POST signs.judge": STAFF,
    "GET signs.ask_many": STAFF,
    "POST signs.judge_many": STAFF,
    "GET nacc_accounts.desk": STAFF,
    "GET nacc_accounts.ask_codes": STAFF,
    "POST nacc_accounts.issue_codes": STAFF,
    "POST nacc_accounts.code_file": STAFF,
    "GET nacc_accounts.new_codes": STAFF,
    "GET nacc_accounts.account": STAFF,
    "POST nacc_accounts.issue_code": STAFF,
    "POST nacc_accounts.send_reset": STAFF,
    "POST nacc_accounts.hand_over": STAFF,
    "POST nacc_accounts.lock": STAFF,
    "POST nacc_accounts.unlock": STAFF,
    "GET evaluation.grid": STAFF,
    "POST evaluation.save_cell": STAFF,
    "GET evaluation.open_row": STAFF,
    "POST evaluation.save_row": STAFF,
    "POST evaluation.do_one": STAFF,
    "POST score_changes.answer_change": STAFF,
    "GET score_changes.waiting_changes": STAFF,
    "GET evaluation.ask_filtered": STAFF,
    "POST evaluation.do_filtered": STAFF,
    "GET evaluation.grid_file": STAFF,
    "GET evaluation.file_page": STAFF,
    "POST evaluation.check_file": STAFF,
    "POST evaluation.confirm_file": STAFF,
    "GET evaluation.own": LAO,
    "POST evaluation.save_own": LAO,
    "GET proposals.proposals": STAFF,
    "POST proposals.confirm_proposals": STAFF,
    "POST proposals.set_minimum": ADMINISTRATOR,
    "GET exports.files": STAFF,
    "POST exports.ask": STAFF,
    "GET exports.progress": STAFF,
    "POST exports.cancel": STAFF,
    "POST exports.delete": STAFF,
    "GET exports.download": STAFF,
    "GET history.own": LAO,
    "GET history.overseen": STAFF,
    "GET blackouts.ask": ADMINISTRATOR,
    "POST blackouts.black_out": ADMINISTRATOR,
    "GET administration.overview": ADMINISTRATOR,
    "GET amendments.closed_round": STAFF,
    "POST amendments.take_today": STAFF,
    "GET amendments.open_line": STAFF,
    "POST amendments.amend_line": STAFF,
    "GET administration.windows": ADMINISTRATOR,
    "GET administration.edit_window": ADMINISTRATOR,
    "POST administration.set_window": ADMINISTRATOR,
    "POST administration.give_more_time": ADMINISTRATOR,
    "GET administration.plan_periods": ADMINISTRATOR,
    "POST administration.add_period": ADMINISTRATOR,
    "GET administration.ask_withdrawal": ADMINISTRATOR,
    "POST administration.withdraw_time": ADMINISTRATOR,
    "GET administration.edit_period": ADMINISTRATOR,
    "POST administration.change_period": ADMINISTRATOR,
    "POST administration.remove_period": ADMINISTRATOR,
    "POST administration.raise_reason": ADMINISTRATOR,
    "GET administration.edit_dimension": ADMINISTRATOR,
    "POST administration.rename_dimension": ADMINISTRATOR,
    "GET administration.reasons": ADMINISTRATOR,
    "POST administration.add_reason": ADMINISTRATOR,
    "POST administration.retire_reason": ADMINISTRATOR,
    "GET administration.contact": ADMINISTRATOR,
    "POST administration.set_contact": ADMINISTRATOR,
    "GET administration.second_person": ADMINISTRATOR,
    "POST administration.set_second_person": ADMINISTRATOR,
    "GET administration.deleted": ADMINISTRATOR,
    "POST administration.bring_back": ADMINISTRATOR,
    "GET administration.staff": ADMINISTRATOR,
    "POST administration.invite": ADMINISTRATOR,
    "GET administration.edit_staff": ADMINISTRATOR,
    "POST administration.change_staff": ADMINISTRATOR,
    "POST administration.lock_staff": ADMINISTRATOR,
    "POST administration.unlock_staff": ADMINISTRATOR,
    "POST administration.renew_staff": ADMINISTRATOR,
    "GET history.administration": ADMINISTRATOR,
    "GET history.administration_file": ADMINISTRATOR,
    "GET registry_upkeep.search": ADMINISTRATOR,
    "GET registry_upkeep.new": ADMINISTRATOR,
    "GET registry_upkeep.edit": ADMINISTRATOR,
    "POST registry_upkeep.add": ADMINISTRATOR,
    "POST registry_upkeep.change": ADMINISTRATOR,
    "POST registry_upkeep.close": ADMINISTRATOR,
    "POST registry_upkeep.open_again": ADMINISTRATOR,
    "GET registry_upkeep.succession": ADMINISTRATOR,
    "POST registry_upkeep.succeed": ADMINISTRATOR,
    "POST registry_upkeep.import_file": ADMINISTRATOR,
}

# Bookmarked, printed in manuals and linked from elsewhere: an address leaves this list only by a decision.
ADDRESSES = """
/ /codes /login /logout /forgot /profile /home /projects /projects/new /projects/1 /reporting /reporting/1/2561/6
/reporting/1/2561/12 /reporting/all /reports /reports/province /public /public/provinces/90
/public/organisations/2900101 /public/districts/9001 /public/regions/9 /public/projects/1 /reports/places
/help /help/lao /help/officer /help/citizen /help/lao/start /help/questions /help/new /healthz /readyz /nacc
/nacc/review /nacc/plan-years /nacc/admin /history /nacc/waiting /nacc/waiting/mails /nacc/accounts /nacc/scores
/evaluation /reports/exports /nacc/signs
/open-data /public/examples /open-data/examples/figures.py
/api/v1/ /api/v1/openapi.json /api/v1/organisations /api/v1/organisations/6650807 /api/v1/plan-years
/api/v1/projects /api/v1/projects/1 /api/v1/project-years /api/v1/reports /api/v1/results /api/v1/results.csv
/api/v1/results.xlsx
/public/log /public/log/verify.py /public/log/key /public/log/head /public/log/heads
/public/log/entries /public/log/state/projects
/public/organisations/2900101.atom /public/organisations/2900101.png
/public/districts/9001.atom /public/provinces/90.atom /public/windows.ics
/robots.txt /sitemap.xml
/public/verify /reporting/check /reporting/grid /reporting/papers /reporting/workbook
"""


def known_routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Those of the table: that none is missing is a test of its own."""
    return (each for each in routes(app) if each[0] in WHO_OPENS)


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.endpoint}", method, rule


def address(app: Flask, rule: Rule, project_id: int = 1) -> str:
    examples = {"project_id": project_id, "year": 2561, "round_": 6, "token": "unknown", "filename": "style.css"}
    examples["organisation_id"] = 1
    examples |= {"dimension": 1, "which": "sar", "deed": "close", "answer": "cancel", "code": "6650807"}
    examples |= {"kind": "organisations", "figure": "percent", "file": "csv", "plot": "years", "id_": project_id}
    examples |= {"period_id": 1, "reason_id": 1, "other_id": 1, "account_id": 1, "job_id": 1, "sign_id": 1}
    examples |= {"written_as": "pdf", "deed_id": 1, "session_id": 99999, "factor_id": 99999, "said": "withdraw"}
    examples |= {"dataset": "projects", "ending": "csv", "day": "latest", "name": "SHA256SUMS", "program": "figures.py"}
    examples |= {"part": "lao", "key": "start", "table": "projects", "entry_id": 1, "seq": 0}
    with app.test_request_context():
        path = app.url_for(rule.endpoint, **{name: examples[name] for name in rule.arguments})
    path = ENGLISH + path if is_english(rule.rule) else path
    return f"{path}?next=/help" if path == "/login" else path  # else it sends on whoever is signed in already


def refused(answer: TestResponse) -> bool:
    """Sent to the login or the first-login profile, or forbidden."""
    return answer.status_code in (401, 403) or answer.location in ("/profile",) or "/login?" in (answer.location or "")


def test_a_view_that_is_not_in_the_table_fails(app: Flask) -> None:
    assert {name for name, _method, _rule in routes(app)} == set(WHO_OPENS)


def test_every_view_says_who_may_open_it(app: Flask) -> None:
    silent = [name for name, _method, rule in routes(app) if not declared_access(rule.endpoint)]
    assert not silent
    for name, _method, rule in known_routes(app):
        assert (declared_access(rule.endpoint) == (PUBLIC,)) is (WHO_OPENS[name] == ANYBODY), name


@pytest.mark.parametrize("role", sorted(ANYBODY))
def test_each_role_opens_what_the_table_says_and_nothing_else(app: Flask, client: Client, role: str) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    ids = {
        "stranger": lambda: None,
        "lao": lambda: lao.account_id,
        "claimant": lambda: make_account(make_organisation("2900101"), claimed=False).id,
        "officer": lambda: make_staff("somsri", Role.OFFICER, "65").id,
        "administrator": lambda: make_staff("admin", Role.ADMINISTRATOR).id,
    }
    account_id = ids[role]()

    def come_in() -> None:
        client.delete_cookie("eplannacc")
        client.last = None
        if account_id:
            enter(client, account_id, claiming=role == "claimant")

    come_in()
    wrong = {}
    for name, method, rule in known_routes(app):
        path = address(app, rule, project_id)
        answer = client.send(path, {}) if method == "POST" else client.get(path)
        if (role in WHO_OPENS[name]) is refused(answer):
            wrong[name] = (answer.status_code, answer.location)
        answer.close()
        if name == "POST accounts.logout":
            come_in()
    assert not wrong


def test_a_view_that_declares_nothing_is_refused(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lao = make_lao()
    monkeypatch.setitem(app.view_functions, "help.manual", lambda: "planted")
    assert refused(client.get("/help"))
    enter(client, lao.account_id)
    assert client.get("/help").status_code == 403


def test_addresses_that_stay_are_all_there(app: Flask) -> None:
    router = app.url_map.bind("localhost")
    for path in ADDRESSES.split():
        assert router.allowed_methods(path), f"{path} is gone"


def test_the_right_words_for_who_may_not_open_a_page(app: Flask, client: Client) -> None:
    """A stranger is asked to sign in and comes back; somebody signed in is told why not."""
    assert client.get("/projects?year=2561&q=ครู").location.startswith("/login?next=%2Fprojects%3Fyear%3D2561")
    officer = make_staff("somsri", Role.OFFICER, "65")
    enter(client, officer.id)
    page = client.get("/projects")
    assert page.status_code == 403
    assert "ท่านไม่มีสิทธิ์เปิดหน้านี้" in page.text
    assert f'href="{actor_of(officer.id).landing}"' in page.text
    fragment = client.get("/projects", headers={"HX-Request": "true"})
    assert (fragment.status_code, "<html" in fragment.text) == (403, False)


def test_an_officer_of_another_province_finds_no_row_at_any_address(app: Flask, client: Client) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    enter(client, make_staff("somsri", Role.OFFICER, "90").id)
    found = {}
    for name, method, rule in known_routes(app):
        if WHO_OPENS[name] in (ANYBODY, TABLE):  # results are public
            continue
        if "officer" not in WHO_OPENS[name] or not rule.arguments & {"project_id", "organisation_id", "code"}:
            continue
        path = address(app, rule, project_id)
        answer = client.send(path, VALID) if method == "POST" else client.get(path)
        if answer.status_code != 404:
            found[name] = answer.status_code
        answer.close()
    assert not found


# Enough to pass each form, so that only the province can refuse.
VALID = {
    "verdict": "approve",
    "version": "1",
    "status": "failed",
    "value": "1",
    "reason": "เหตุผล",
    "why": "เหตุผล",
}
