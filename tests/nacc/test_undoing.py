"""A deed of the desk and the way back from it: afterwards every field of every row is what it was before."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.mails import jobs
from tests.client import Client
from tests.factories import YEAR
from tests.nacc.busy import SEEN_AT, Busy, make_busy
from tests.nacc.stored import Rows, stored_rows
from tests.pages import enter, fields
from tests.worlds import Worlds

# What tells of a deed stays: its history, and what was proposed. A round that had closed was fixed before it.
TELLS = ("history", "proposed_deeds", "proposed_rows", "fixed_rounds", "fixed_lines", "log_entries")
CODE = "6900102"
RAISED = ("version", "updated_at")
Step = tuple[str, str, dict[str, Any]]  # who, where, what the form says


@pytest.fixture
def busy(app: Flask, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> Busy:
    monkeypatch.setattr(clock, "now", lambda: SEEN_AT)
    monkeypatch.setattr(jobs, "send_behind_the_request", lambda: None)
    return worlds.begin(make_busy)


def _ways(busy: Busy) -> dict[str, tuple[Step, Step]]:
    """Each deed, and what takes it back; `at` of it is the moment of the deed."""
    big, one, _published, failed, _none = busy.crowd.ids()
    review, plans, scores = "/nacc/review", "/nacc/plan-years", "/nacc/scores"
    approve, reject = {"verdict": "approve"}, {"verdict": "reject", "reason": "ไม่ครบ"}
    verdict_back = ("officer", f"{review}/take-back", {"at": "at"})
    plan_back = ("officer", f"{plans}/take-back", {"at": "at"})
    many = f"{plans}/many?year={YEAR}"
    admin, time = (
        "/nacc/admin",
        {"year": str(YEAR), "round": "12", "until": "31/12/2570", "why": "ไฟดับ", "version": "0"},
    )
    return {
        "an approval": (("officer", f"{review}/36?status=pending", approve | {"version": "1"}), verdict_back),
        "a rejection": (("officer", f"{review}/1?status=pending", reject | {"version": "1"}), verdict_back),
        "chosen": (("officer", f"{review}/many?status=pending", reject | {"ids": ["1", "2", "9", "25"]}), verdict_back),
        "filtered": (
            ("officer", f"{review}/many?status=pending&province=96", approve | {"all": "1", "expected": "3"}),
            verdict_back,
        ),
        "a plan": (("officer", f"{plans}/{big}?year={YEAR}", {"status": "not_sent", "version": "1"}), plan_back),
        "a plan that failed": (
            ("officer", f"{plans}/{failed}?year={YEAR}", {"status": "passed", "version": "2"}),
            plan_back,
        ),
        "some plans": (
            ("officer", many, {"status": "failed", "reason": "ก", "ids": [str(each) for each in (big, one, failed)]}),
            plan_back,
        ),
        "filtered plans": (
            ("officer", f"{many}&province=90&status=passed", {"status": "not_sent", "all": "1", "expected": "2"}),
            plan_back,
        ),
        "closed scores": (
            ("officer", f"{scores}/{big}/{YEAR}/close", {}),
            ("officer", f"{scores}/{big}/{YEAR}/open", {}),
        ),
        "a locked account": (
            ("officer", f"/nacc/accounts/{big}/lock", {"reason": "สงสัย"}),
            ("officer", f"/nacc/accounts/{big}/unlock", {"reason": "ยืนยันแล้ว"}),
        ),
        "more time": (
            ("admin", f"{admin}/windows/more-time", time | {"code": CODE, "area": ""}),
            ("admin", f"{admin}/windows/more-time/{failed}/{YEAR}/12", {"ids": [str(failed)], "why": "ให้ผิด"}),
        ),
        "a closed LAO": (
            ("admin", f"{admin}/registry/{CODE}/close", {"why": "ยุบรวม"}),
            ("admin", f"{admin}/registry/{CODE}/open", {"why": "เปิดใหม่"}),
        ),
        "locked staff": (
            ("admin", f"{admin}/staff/{busy.second.account_id}/lock", {"reason": "พ้น"}),
            ("admin", f"{admin}/staff/{busy.second.account_id}/unlock", {"reason": "กลับ"}),
        ),
        "a period": (
            ("admin", f"{admin}/periods", {"first_year": "2575", "last_year": "2579", "names": "ก\nข"}),
            ("admin", f"{admin}/periods/3/remove", {"version": "1"}),
        ),
    }


def _send(client: Client, step: Step, at: datetime) -> None:
    _who, path, form = step
    sent = form | ({"at": at.isoformat()} if "at" in form else {})
    answer = client.send(path, sent)
    if answer.status_code == 422 and "sure" in (asked := fields(answer.text)):
        answer = client.send(path, sent | {"sure": asked["sure"][0]})
    assert answer.status_code == 303, (path, answer.status_code)


def _apart(before: Rows, after: Rows) -> list[str]:
    found = []
    for name, rows in after.items():
        if name in TELLS:
            continue
        old = before[name]
        found += [f"{name} {key} is new or gone" for key in rows.keys() ^ old.keys()]
        for key in rows.keys() & old.keys():
            changed = {
                column: (old[key][column], value)
                for column, value in rows[key].items()
                if value != old[key][column] and column not in RAISED
            }
            found += [f"{name} {key}: {changed}"] if changed else []
    return found


def test_what_was_taken_back_is_as_it_was(busy: Busy, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = {"officer": busy.crowd.officer, "second": busy.second, "admin": busy.admin}
    found = []
    for number, (name, (deed, back)) in enumerate(_ways(busy).items()):
        at = SEEN_AT + timedelta(minutes=3 * number)
        enter(client, staff[deed[0]].account_id)
        before = stored_rows()
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        _send(client, deed, at)
        done = stored_rows()
        assert _apart(before, done), f"{name} changes nothing"
        monkeypatch.setattr(clock, "now", lambda at=at: at + timedelta(minutes=1))
        _send(client, back, at)
        found += [f"{name}: {each}" for each in _apart(before, stored_rows())]
    assert not found, "\n".join(found)
