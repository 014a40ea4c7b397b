"""Files for staff: who may have them, what stands in them, and that a job always ends in a whole file or none."""

import csv
import errno
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from app import clock
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.jobs import engine
from app.models import Account, ExportJob
from app.models.enums import ExportKind, ExportState, ExportWhat, ReportStatus, ReviewStatus, Role, Round
from app.nacc.administration.operations import change_staff
from app.nacc.exports import jobs, operations, queries, routes, rules
from app.nacc.exports.queries import ExportedProject
from app.nacc.exports.rules import ExportPlace, ExportProvince, ExportRequest, places
from app.nacc.exports.workbooks import PROJECT_COLUMNS, RESULT_COLUMNS
from app.registry.operations import set_closed
from app.spreadsheets.excel import BAHT_FORMAT, PERCENT_FORMAT
from app.spreadsheets.tables import Table
from tests.client import Client
from tests.factories import (
    YEAR,
    facts,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_report,
    make_staff,
    review,
)
from tests.pages import enter, sentences

FORM = {"what": "projects", "place": "65", "year": str(YEAR), "round": "6", "kind": "xlsx"}
HERE = "/reports/exports"


@pytest.fixture(autouse=True)
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder and a queue of its own; each row is a sign of life."""
    monkeypatch.setitem(app.config, "EXPORT_FOLDER", tmp_path)
    app.extensions.pop("jobs", None)
    monkeypatch.setattr(jobs, "TELL_SECONDS", 0)
    monkeypatch.setattr(jobs, "LOOK_EVERY", 1)
    return jobs.folder()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is large enough for a job."""
    monkeypatch.setattr(routes, "AT_ONCE", 0)


def some_projects() -> None:
    lao = make_lao()
    first = make_project(lao, facts("=SUM(A1)", budgets={YEAR: Decimal("150000.50")}))
    make_project(lao, facts("ไม่ใช้งบ", budgets={YEAR: None}))
    make_report(lao, first, ReportStatus.DONE, Round.SIX, ordinance_budget=Decimal(0), spent=Decimal("50000.17"))
    review(make_project(lao, facts("ที่ถูกปฏิเสธ")), ReviewStatus.REJECTED, "ไม่สอดคล้อง")  # stands in no file


def officer(*provinces: str, name: str = "somsri") -> Account:
    return make_staff(name, Role.OFFICER, *(provinces or ("65",)))


def files() -> list[ExportJob]:
    db.session.rollback()
    return list(db.session.scalars(select(ExportJob).order_by(ExportJob.id).execution_options(populate_existing=True)))


def sheet(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_small_file_comes_at_once_with_the_projects_and_their_reports(app: Flask, client: Client) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    answer = client.send(HERE, FORM)
    assert answer.status_code == 200
    rows = sheet(answer.data)
    place = ["6650807", "องค์การบริหารส่วนตำบลดินทอง", "วังทอง", "พิษณุโลก", "โครงการ"]
    assert [row[0] for row in rows[:3]] == ["รายการโครงการและผลรายงาน", "จังหวัดพิษณุโลก", f"ปีงบประมาณ {YEAR} รอบ 6 เดือน"]
    assert "โดย somsri" in str(rows[3][0])
    assert rows[5] == [column.head for column in PROJECT_COLUMNS]
    assert rows[6:] == [
        [*place, "=SUM(A1)", 1, 150000.5, 0, 50000.17, "ดำเนินการแล้วเสร็จ", 33.33, ""],
        [*place, "ไม่ใช้งบ", 1, "", "", "", "ยังไม่รายงานผล", "", ""],
        ["รวม", *[""] * 6, 150000.5, 0, 50000.17, "", 33.33, ""],
    ]
    page = load_workbook(BytesIO(answer.data)).worksheets[0]
    assert [page[f"{column}7"].number_format for column in "HL"] == [BAHT_FORMAT, PERCENT_FORMAT]
    assert page["F7"].data_type == "s"
    assert files() == []


def test_results_of_each_lao_in_the_order_of_the_province_table(app: Flask, client: Client) -> None:
    some_projects()
    make_organisation("6650808", "องค์การบริหารส่วนตำบลไม่ผ่าน", passed=())
    enter(client, officer().id)
    client.get(HERE)
    answer = client.send(HERE, FORM | {"what": "results", "kind": "csv"})
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert rows[5] == [column.head for column in RESULT_COLUMNS]
    assert rows[6][4:] == [
        *("2", "1", "0", "0", "1", "50.00", "มาก"),
        *("150000.50", "0.00", "50000.17", "33.33"),
    ]
    assert rows[7][1] == "** องค์การบริหารส่วนตำบลไม่ผ่าน"
    assert rows[8] == ["รวม", "", "", "", *rows[6][4:10], "", *rows[6][11:]]


def test_a_file_is_as_long_as_what_counts_in_it(app: Flask) -> None:
    some_projects()
    place = ExportPlace("65", "จังหวัดพิษณุโลก", (ExportProvince("65", "พิษณุโลก", 6),))
    asked = [ExportRequest(what, "65", YEAR, Round.SIX, ExportKind.CSV) for what in ExportWhat]
    assert {each.what: queries.row_total(each, place) for each in asked} == {
        ExportWhat.PROJECTS: 2,
        ExportWhat.RESULTS: 1,
    }
    assert queries.row_total(replace(asked[0], year=YEAR + 1), place) == 0


def test_a_large_file_is_a_job_whose_owner_alone_can_fetch_it(app: Flask, client: Client, large: None) -> None:
    some_projects()
    mine, colleague = officer(), officer("65", name="somchai")
    enter(client, mine.id)
    client.get(HERE)
    assert client.send(HERE, FORM).location == f"{HERE}#e1"
    assert client.send(HERE, FORM).location == f"{HERE}#e1"  # the same once more waits already
    page = client.get(HERE).text
    assert "รอคิว" in page
    assert 'data-hx-get="/reports/exports/1"' in page
    assert client.get(f"{HERE}/1/file").status_code == 404
    engine(app).work_off()
    row = client.get(f"{HERE}/1", headers={"HX-Request": "true"}).text
    assert "พร้อมดาวน์โหลด" in row
    assert "data-hx-get" not in row
    with client.get(f"{HERE}/1/file") as file:
        assert file.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        content = file.data
    assert sheet(content)[6][5] == "=SUM(A1)"
    assert "filename*=UTF-8''%E0%B8%A3" in file.headers["Content-Disposition"]
    client.send(f"{HERE}/1/cancel", {}, htmx=True)  # from a page that was drawn while it was being made
    (job,) = files()
    assert (job.state, job.rows_done, job.rows_total, job.size) == (ExportState.DONE, 2, 2, len(content))
    assert job.sha256 == hashlib.sha256(content).hexdigest()
    for stranger in (colleague, make_staff("chief", Role.ADMINISTRATOR)):
        enter(client, stranger.id)
        assert "6650807" not in client.get(HERE).text
        for path in ("", "/file"):
            assert client.get(f"{HERE}/1{path}", headers={"HX-Request": "true"}).status_code == 404
        for deed in ("cancel", "delete"):
            assert client.send(f"{HERE}/1/{deed}", {}).status_code == 404
    assert jobs.path_of(job).exists()


def test_an_officer_gets_own_provinces_only(app: Flask, client: Client) -> None:
    some_projects()
    make_project(make_account_of(make_organisation("2900101", "อบจ.สงขลา", province="90", district="9001")))
    enter(client, officer("65", "67").id)
    client.get(HERE)
    for place in ("90", "r9", "all ", "xx"):
        answer = client.send(HERE, FORM | {"place": place})
        assert answer.status_code == 422
        assert sentences(answer.text)["place"] == "เลือกพื้นที่ที่ท่านดูแล"
    assert {row[0] for row in sheet(client.send(HERE, FORM | {"place": "all"}).data)[6:-1]} == {"6650807"}
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    client.get(HERE)
    assert {row[0] for row in sheet(client.send(HERE, FORM | {"place": "all"}).data)[6:-1]} == {"6650807", "2900101"}


def make_account_of(organisation: object) -> object:
    from app.accounts.queries import actor_of

    return actor_of(make_account(organisation).id)


def test_a_province_taken_from_the_officer_ends_the_job(
    app: Flask, client: Client, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM)
    monkeypatch.setattr(jobs.queries, "offered", lambda _actor: [])
    monkeypatch.setattr(app.logger, "exception", lambda *_args: None)
    engine(app).work_off()
    assert files()[0].state is ExportState.FAILED


def test_a_file_that_holds_a_province_taken_from_its_owner_is_theirs_no_more(
    app: Flask, client: Client, large: None
) -> None:
    some_projects()
    account, chief = officer("65", "67"), make_staff("chief", Role.ADMINISTRATOR)
    enter(client, account.id)
    client.get(HERE)
    for place in ("all", "65"):
        client.send(HERE, FORM | {"place": place})
    engine(app).work_off()
    db.session.rollback()
    with transaction():
        change_staff(actor_of(chief.id), account.id, "ชื่อใหม่", Role.OFFICER, ("65", "67"), "คำสั่งย้าย", 1, clock.now())
    assert [_status(client, f"{HERE}/{number}/file") for number in (1, 2)] == [200, 200]
    with transaction():
        change_staff(actor_of(chief.id), account.id, "ชื่อใหม่", Role.OFFICER, ("65",), "คำสั่งย้าย", 2, clock.now())
    # then the file of all provinces is gone for them, that of the province they keep is not
    assert [_status(client, f"{HERE}/{number}/file") for number in (1, 2)] == [404, 200]
    page = client.get(HERE).text
    assert (f"{HERE}/1/file" in page, f"{HERE}/2/file" in page) == (False, True)


def _status(client: Client, path: str) -> int:
    with client.get(path) as answer:
        return answer.status_code


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        (("officer", ["65", "67"]), ("officer", ["65"]), True),
        (("officer", ["65"]), ("officer", ["65", "67"]), False),
        (("administrator", []), ("officer", ["65"]), True),
        (("officer", ["65"]), ("administrator", []), False),
    ],
)
def test_what_takes_a_province_away(before: Any, after: Any, taken: bool) -> None:
    facts = [{"role": role, "provinces": codes} for role, codes in (before, after)]
    assert rules.took_away(*facts) is taken


def test_places_are_offered_by_region_only_where_there_is_more_than_one_province() -> None:
    areas = [
        ExportProvince("10", "กรุงเทพมหานคร", 1),
        ExportProvince("65", "พิษณุโลก", 6),
        ExportProvince("67", "เพชรบูรณ์", 6),
    ]
    labels = {place.token: place.label for place in places(Role.ADMINISTRATOR, areas)}
    assert labels == {
        "all": "ทั้งประเทศ",
        "r6": "ภาค 6",
        "10": "กรุงเทพมหานคร",
        "65": "จังหวัดพิษณุโลก",
        "67": "จังหวัดเพชรบูรณ์",
    }
    assert [place.label for place in places(Role.OFFICER, areas)[:2]] == ["ทุกจังหวัดที่ดูแล", "ภาค 6 เฉพาะจังหวัดที่ดูแล"]
    assert [place.token for place in places(Role.OFFICER, areas[:1])] == ["10"]
    assert places(Role.OFFICER, []) == []


def _watched(monkeypatch: pytest.MonkeyPatch, between: object) -> list[int]:
    """Calls `between` after each row the job writes; gives the numbers of rows it told of."""
    told: list[int] = []
    plain = jobs.ExportTry.note

    def note(attempt: jobs.ExportTry, **values: object) -> None:
        plain(attempt, **values)
        if "rows_done" in values:
            told.append(files()[0].rows_done)
            between()

    monkeypatch.setattr(jobs.ExportTry, "note", note)
    return told


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_bar_moves(app: Flask, client: Client, large: None, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM | {"kind": kind})
    seen: list[str] = []
    told = _watched(monkeypatch, lambda: seen.append(client.get(f"{HERE}/1", headers={"HX-Request": "true"}).text))
    engine(app).work_off()
    assert told == [1, 2, 2]
    assert [re.findall(r'max="(\d+)" value="(\d+)"', row) for row in seen] == [
        *([("2", "1")], [("2", "2")], [("2", "2")]),
    ]
    assert files()[0].state is ExportState.DONE


def test_results_of_all_provinces_are_of_one_moment(
    app: Flask, client: Client, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given two provinces with a project each, and an LAO that closed later
    laos = [make_lao(), make_lao("6670101", name="องค์การบริหารส่วนตำบลที่สอง", province="67", district=None)]
    projects = [make_project(lao) for lao in laos]
    closed = make_lao("6670102", name="องค์การบริหารส่วนตำบลที่ปิด", province="67", district=None)
    make_project(closed)
    with transaction():
        set_closed(laos[0], closed.own_organisation_id, True, "ยุบรวม", clock.now())
    enter(client, officer("65", "67").id)
    client.get(HERE)
    client.send(HERE, FORM | {"what": "results", "kind": "csv", "place": "all"})
    # when both report while the file is written
    reported: list[int] = []

    def report() -> None:
        while len(reported) < len(projects):
            make_report(laos[len(reported)], projects[len(reported)])
            reported.append(1)

    _watched(monkeypatch, report)
    engine(app).work_off()
    # then
    with client.get(f"{HERE}/1/file") as file:
        rows = list(csv.reader(StringIO(file.data.decode("utf-8-sig"), newline="")))[6:-1]
    done = [column.head for column in RESULT_COLUMNS].index("แล้วเสร็จ")
    assert reported
    assert [row[done] for row in rows] == ["0", "0", "0"]
    assert (files()[0].rows_done, files()[0].rows_total) == (3, 3)


@pytest.mark.parametrize("running", [False, True])
def test_a_cancelled_file_leaves_nothing_behind(
    app: Flask, client: Client, large: None, monkeypatch: pytest.MonkeyPatch, folder: Path, running: bool
) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM)
    assert "ยกเลิกก่อนแล้วจึงลบ" in client.send(f"{HERE}/1/delete", {}, follow_redirects=True).text

    def stop() -> None:
        assert "ยกเลิกแล้ว" in client.send(f"{HERE}/1/cancel", {}, htmx=True).text

    if running:
        _watched(monkeypatch, stop)
    else:
        stop()
    engine(app).work_off()
    assert files()[0].state is ExportState.CANCELLED
    assert list(folder.iterdir()) == []
    client.send(f"{HERE}/1/delete", {})
    assert files() == []


def test_a_file_expires_and_a_deleted_one_is_gone(
    app: Flask, client: Client, large: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    for kind in ("xlsx", "csv"):
        client.send(HERE, FORM | {"kind": kind})
    engine(app).work_off()
    assert len(list(folder.iterdir())) == 2
    client.send(f"{HERE}/2/delete", {})
    assert [path.suffix for path in folder.iterdir()] == [".xlsx"]
    (folder / f"{'0' * 32}.part").touch()
    jobs.look_after()
    with client.get(f"{HERE}/1/file") as file:
        assert file.status_code == 200
    assert [path.suffix for path in folder.iterdir()] == [".xlsx"]
    later = clock.now() + rules.KEPT
    monkeypatch.setattr(clock, "now", lambda: later)
    jobs.look_after()
    assert (files(), list(folder.iterdir())) == ([], [])
    assert client.get(f"{HERE}/1/file").status_code == 404


def test_the_worker_lets_alone_what_it_did_not_make(app: Flask, folder: Path) -> None:
    # given
    others = [folder / "backup-2569.sql.gz", folder / "plan.xlsx", folder.parent / "another" / f"{'0' * 32}.xlsx"]
    (folder.parent / "another").mkdir()
    for path in others:
        path.touch()
    (folder / "lost+found").mkdir()

    # when
    jobs.look_after()

    # then
    assert all(path.exists() for path in [*others, folder / "lost+found"])


def test_a_file_that_the_last_release_made_is_still_there(
    app: Flask, client: Client, large: None, folder: Path
) -> None:
    # given
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM)
    engine(app).work_off()
    (made,) = folder.iterdir()
    made.rename(folder.parent / made.name)

    # when
    jobs.look_after()

    # then
    with client.get(f"{HERE}/1/file") as file:
        assert file.status_code == 200


def test_two_workers_never_write_one_file(
    app: Flask, client: Client, large: None, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """The second finds it taken; a slow one, given up for dead, loses it and throws its part away."""
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM)
    turns: list[int] = []

    def another_comes() -> None:
        turns.append(1)
        if len(turns) == 1:
            jobs.make_export(1)
            assert files()[0].attempts == 1
            grow_old()
            jobs.look_after()
            jobs.make_export(1)

    _watched(monkeypatch, another_comes)
    jobs.make_export(1)
    (job,) = files()
    assert (job.state, job.attempts) == (ExportState.DONE, 2)
    assert [path.name for path in folder.iterdir()] == [f"{job.claim}.xlsx"]
    engine(app).work_off()  # handed over twice, made once
    assert files()[0].attempts == 2


def grow_old() -> None:
    with transaction():
        db.session.execute(update(ExportJob).values(heartbeat_at=clock.now() - rules.STALE - timedelta(seconds=1)))


def test_a_file_that_kills_its_worker_every_time_is_given_up(app: Flask, client: Client, large: None) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM)
    for _try in range(rules.MOST_TRIES):
        with transaction():
            db.session.execute(
                update(ExportJob).values(state=ExportState.RUNNING, attempts=ExportJob.attempts + 1, claim="dead")
            )
        grow_old()
        jobs.look_after()
    assert files()[0].state is ExportState.FAILED
    assert "สร้างไม่สำเร็จ" in client.get(HERE).text


def test_a_disk_without_room_is_told_of_and_keeps_no_part(
    app: Flask, client: Client, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM)

    def full(file: Any, *_words: Any) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    # when
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "write_workbook", full)
        engine(app).work_off()

    # then: and the same can be asked for again once there is room
    assert files()[0].state is ExportState.FAILED
    assert "สร้างไม่สำเร็จ" in client.get(HERE).text
    assert list(jobs.folder().iterdir()) == []
    client.send(HERE, FORM)
    engine(app).work_off()
    assert [file.state for file in files()] == [ExportState.FAILED, ExportState.DONE]


def test_what_the_engine_lost_is_handed_over_again(app: Flask, client: Client, large: None) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM)
    app.extensions.pop("jobs")  # and the queue with it
    jobs.look_after()
    engine(app).work_off()
    assert files()[0].state is ExportState.QUEUED  # it may still wait in line
    grow_old()
    jobs.look_after()
    engine(app).work_off()
    assert files()[0].state is ExportState.DONE


def test_an_engine_out_of_reach_costs_time_only(
    app: Flask, client: Client, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    monkeypatch.setitem(app.config, "JOBS_URL", "redis://127.0.0.1:1/0")
    warned: list[Sequence[object]] = []
    monkeypatch.setattr(app.logger, "warning", lambda *args: warned.append(args))
    assert client.send(HERE, FORM).status_code == 303
    assert warned
    assert files()[0].state is ExportState.QUEUED


def test_somebody_who_asks_for_too_much_is_told(app: Flask, client: Client, large: None) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    for year, round_ in ((2561, 6), (2561, 12), (2562, 6), (2562, 12), (2563, 6)):
        client.send(HERE, FORM | {"year": str(year), "round": str(round_), "what": "results"})
    answer = client.send(HERE, FORM)
    assert answer.status_code == 422
    assert "มีไฟล์ที่กำลังสร้างอยู่ 5 ไฟล์" in answer.text
    assert len(files()) == 5


@pytest.mark.parametrize(
    "other", [{"what": "results"}, {"place": "all"}, {"year": str(YEAR + 1)}, {"round": "12"}, {"kind": "csv"}]
)
def test_a_file_that_differs_in_anything_is_another_file(
    app: Flask, client: Client, large: None, other: dict[str, str]
) -> None:
    some_projects()
    make_project(make_lao("6650808"), facts("ปีหน้า", budgets={YEAR + 1: None}))
    enter(client, officer("65", "90").id)
    client.get(HERE)
    for form, number in ((FORM, 1), (FORM | other, 2), (FORM, 1)):
        assert client.send(HERE, form).location == f"{HERE}#e{number}"


def test_rows_are_not_all_in_memory_at_once(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer takes an LAO's rows while the next one's are still in the database."""
    some_projects()
    make_project(make_lao("6650808"), facts("ของอีกแห่ง"))
    enter(client, officer().id)
    client.get(HERE)
    taken: list[str] = []

    class Noted:
        @staticmethod
        def _make(row: Iterable[Any]) -> ExportedProject:
            taken.append("read")
            return ExportedProject._make(row)

    def write(_kind: str, table: Table[Any]) -> bytes:
        taken.extend("written" for _row in table.rows)
        return b""

    monkeypatch.setattr(queries, "ExportedProject", Noted)
    monkeypatch.setattr(queries, "LAOS_AT_ONCE", 1)
    monkeypatch.setattr(routes.excel, "file_content", write)
    client.send(HERE, FORM)
    assert taken == ["read", "read", "written", "written", "read", "written"]


def test_a_file_comes_at_once_up_to_so_many_rows_and_is_a_job_above(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_projects()  # two of which count
    enter(client, officer().id)
    client.get(HERE)
    monkeypatch.setattr(routes, "AT_ONCE", 2)
    assert client.send(HERE, FORM).status_code == 200
    monkeypatch.setattr(routes, "AT_ONCE", 1)
    asked = client.send(HERE, FORM, follow_redirects=True)
    assert "กำลังสร้างไฟล์ 2 แถว" in asked.text


def test_so_many_files_of_one_account_wait_and_no_more(app: Flask, client: Client, large: None) -> None:
    # given as many as may wait, and those of a colleague, which do not count
    some_projects()
    form = FORM | {"what": "results"}
    for account in (officer(name="somchai"), officer()):
        enter(client, account.id)
        client.get(HERE)
        for number in range(rules.MOST_WAITING):
            sent = client.send(HERE, form | {"year": str(YEAR + number // 2), "round": ("6", "12")[number % 2]})
            assert sent.status_code == 303
    # then another one is refused, the same once more leads to the one that waits, and room is made by cancelling
    refused = client.send(HERE, form | {"kind": "csv"})
    assert refused.status_code == 422
    assert f"มีไฟล์ที่กำลังสร้างอยู่ {rules.MOST_WAITING} ไฟล์" in refused.text
    assert client.send(HERE, form).location == f"{HERE}#e6"
    client.send(f"{HERE}/7/cancel", {})
    assert client.send(HERE, form | {"kind": "csv"}).status_code == 303


def test_a_file_goes_with_the_last_province_that_was_taken(app: Flask, client: Client) -> None:
    """Each file holds what its owner oversaw when it was asked for; what was taken since counts, whenever it was."""
    # given a file of two provinces between two changes that took one each
    account, chief = officer("65", "67", "90"), make_staff("chief", Role.ADMINISTRATOR)
    now = clock.now()
    for number, provinces in enumerate((("65", "67"), ("65",)), start=1):
        with transaction():
            at = now + timedelta(days=2 * number)
            change_staff(actor_of(chief.id), account.id, "somsri", Role.OFFICER, provinces, "คำสั่งย้าย", number, at)
    colleague = officer("65", "90", name="somchai")  # what is taken from another one is no matter
    with transaction():
        change_staff(
            actor_of(chief.id), colleague.id, "somchai", Role.OFFICER, ("65",), "คำสั่งย้าย", 1, now + timedelta(days=9)
        )
    who = actor_of(account.id)
    for days in (1, 3, 5):
        place = ExportPlace("all", "ทุกจังหวัดที่ดูแล", ())
        asked = ExportRequest(ExportWhat.RESULTS, "all", YEAR + days, Round.SIX, ExportKind.CSV)
        with transaction():
            operations.ask(who, asked, place, 1, now + timedelta(days=days))
    # then only the one asked for after both is theirs
    assert [job.fiscal_year for job in queries.own_files(who)] == [YEAR + 5]
    assert [job.name for job in queries.own_files(who)] == [
        f"{ExportWhat.RESULTS.label} ทุกจังหวัดที่ดูแล ปีงบประมาณ {YEAR + 5} รอบ 6 เดือน"
    ]


@pytest.mark.parametrize(
    ("silent", "attempts", "state", "becomes", "handed_over"),
    [
        (rules.STALE, 1, ExportState.RUNNING, ExportState.QUEUED, True),
        (rules.STALE, 1, ExportState.QUEUED, ExportState.QUEUED, True),
        (rules.STALE - timedelta(seconds=1), 1, ExportState.RUNNING, ExportState.RUNNING, False),
        (rules.STALE, rules.MOST_TRIES - 1, ExportState.RUNNING, ExportState.QUEUED, True),
        (rules.STALE, rules.MOST_TRIES, ExportState.RUNNING, ExportState.FAILED, False),
        (rules.STALE, rules.MOST_TRIES, ExportState.CANCELLED, ExportState.CANCELLED, False),
    ],
)
def test_what_a_silent_worker_left_is_taken_up_so_many_times(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    silent: timedelta,
    attempts: int,
    state: ExportState,
    becomes: ExportState,
    handed_over: bool,
) -> None:
    # given a file whose worker gave its last sign of life then, and another one that is being made
    handed: list[int] = []
    monkeypatch.setattr(jobs, "queue", lambda _job, id_: handed.append(id_))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    account = officer()
    place = ExportPlace("65", "จังหวัดพิษณุโลก", ())
    ids = []
    for year, heartbeat in ((YEAR, now - silent), (YEAR + 1, now)):
        asked = ExportRequest(ExportWhat.RESULTS, "65", year, Round.SIX, ExportKind.CSV)
        with transaction():
            ids.append(operations.ask(actor_of(account.id), asked, place, 1, now))
            job = db.session.get_one(ExportJob, ids[-1])
            job.heartbeat_at, job.attempts, job.state, job.claim = heartbeat, attempts, state, f"claim{year}"
    # when
    jobs.look_after()
    # then
    assert handed == ids[:1] * handed_over
    kept = files()
    assert [job.state for job in kept] == [becomes, state]
    assert [job.claim is None for job in kept] == [handed_over, False]
