"""The API: rows and pages, filters, validators, packing, other sites' scripts, and errors that a program can read."""

import csv
import gzip
import io
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cachetools import TTLCache
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import Select, text

from app import clock
from app.citizens.figures.tombstones import NOT_TOLD
from app.citizens.open_data import counts, queries, routes
from app.citizens.open_data.datasets import BY_SLUG, DATASETS
from app.citizens.open_data.snapshots import take_snapshot
from app.citizens.results.queries import province_rows
from app.db import db, is_sqlite, transaction
from app.models import Organisation, Project
from app.models.enums import ReportStatus, Round
from tests.citizens.open_data.data import fill
from tests.client import Client
from tests.factories import NOW, YEAR, make_former, make_lao, make_project, make_report
from tests.worlds import Worlds

API = "/api/v1"
RESULTS = f"{API}/results?year={YEAR}&round=6"


@pytest.fixture
def filled(app: Flask, worlds: Worlds) -> Flask:
    worlds.begin(fill)
    return app


def data(client: Client, path: str) -> list[dict[str, Any]]:
    """All rows behind an address, page after page."""
    rows: list[dict[str, Any]] = []
    following: str | None = f"{API}/{path}"
    while following:
        told = client.get(following).get_json()
        rows += told["data"]
        following = told["next"]
    return rows


def test_a_project_is_told_with_its_years_and_without_those_that_are_deleted(filled: Flask, client: Client) -> None:
    projects = data(client, "projects?organisation=6650807")
    assert [row["name"] for row in projects][:4] == ["โครงการที่ 0", "โครงการที่ 1", "โครงการที่ 2", "โครงการที่ 3"]
    assert "โครงการที่ 5" not in [row["name"] for row in projects]
    assert projects[3]["review_reason"] == "ไม่สอดคล้องกับมิติที่กำหนด"
    assert (projects[3]["counted"], projects[0]["counted"]) == (False, True)
    assert projects[5]["further_dimensions"] == [3, 4]
    assert projects[5]["quarters"] == [1, 4]
    assert projects[-1]["years"] == [
        {"fiscal_year": YEAR, "plan_budget": None},
        {"fiscal_year": YEAR + 1, "plan_budget": "5.50"},
    ]
    assert client.get(f"{API}/projects/{projects[0]['id']}").get_json()["data"] == projects[0]
    gone = client.get(f"{API}/projects/6")
    assert gone.status_code == 410
    told = gone.get_json()
    assert (told["name"], told["deleted_at"], told["reason"]) == ("โครงการที่ 5", "2018-04-02T07:32:00Z", NOT_TOLD)
    assert "บุคลากร" not in gone.text


def test_a_report_is_told_in_each_round_also_when_it_is_missing(filled: Flask, client: Client) -> None:
    reports = data(client, f"reports?organisation=6650807&year={YEAR}&round=6")
    assert [row["status"] for row in reports].count("not_reported") == 4
    assert (reports[0]["spent"], reports[0]["ordinance_budget"], reports[0]["note"]) == ("999.99", "1200.00", "- ไม่มี")
    assert (reports[1]["cannot_reason"], reports[1]["cannot_text"]) == ("other", "น้ำท่วม")
    assert reports[0]["reported_at"] == "2018-04-02T07:32:00Z"


def test_scores_are_told_only_where_they_are_published(filled: Flask, client: Client) -> None:
    rows = {(row["organisation_code"], row["fiscal_year"]): row for row in data(client, "plan-years")}
    assert rows["6650807", YEAR]["evaluation_score"] == "41.25"
    assert rows["2900101", YEAR]["evaluation_score"] is None
    assert rows["5901109", YEAR]["status"] == "failed"


def test_results_are_those_of_the_province_table(filled: Flask, client: Client) -> None:
    told = {row["place_code"]: row for row in data(client, f"results?year={YEAR}&round=6&kind=organisation")}
    for row in province_rows("65", YEAR, Round.SIX) + province_rows("90", YEAR, Round.SIX):
        mine = told[row.code]
        assert (mine["percent"], mine["level"]) == (str(row.percent), row.level)
        assert (mine["total"], mine["done"], mine["waiting"]) == (row.counts.total, row.counts.done, row.counts.waiting)
    (country,) = data(client, f"results?year={YEAR}&round=6&kind=country")
    assert (country["total"], country["done"], country["organisations"]) == (9, 4, 3)
    assert (country["organisations_high"], country["organisations_not_passed"]) == (1, 1)
    assert (country["plan_budget"], country["spent"], country["percent"]) == ("8000.00", "999.99", "44.44")
    (around,) = data(client, f"results?year={YEAR}&round=6&kind=country&province=90")
    assert around == country  # what the province lies in, not the province under the country's name
    kinds = {kind: len(data(client, f"results?year={YEAR}&round=6&kind={kind}")) for kind in ("region", "district")}
    assert kinds == {"region": 2, "district": 2}


FILTERED = {
    "organisations?province=90": 2,
    "organisations?q=น้ำน้อย": 1,
    "organisations?district=6508&type=sao": 1,
    "plan-years?year=2561&status=passed": 2,
    "projects?province=65&dimension=2&kind=project": 1,
    "projects?q=สงขลา 1": 1,
    "projects?review_status=rejected": 1,
    f"projects?year={YEAR + 1}": 1,
    f"project-years?year={YEAR + 1}&organisation=6650807": 1,
    "reports?status=done&round=6": 5,
    "reports?dimension=4&province=90&round=12": 3,
    f"results?year={YEAR}&round=12&kind=district&province=90": 1,
    f"results?year={YEAR}&round=12&kind=region&province=90": 1,
    f"results?year={YEAR}&round=12&kind=province&province=90": 1,
    f"results?year={YEAR}&round=12&kind=organisation&code=2900101": 1,
    f"results?year={YEAR}&round=12&kind=organisation&code=9999999": 0,
    f"results?year={YEAR}&round=12&kind=district&code=9001&province=65": 0,
    f"results?year={YEAR}&round=12&kind=province&code=65": 1,
    f"results?year={YEAR}&round=12&kind=country&code=TH": 1,
    "projects?q=%25": 0,
    "projects?organisation=0000000": 0,
}


def test_filters_leave_what_is_asked_for(filled: Flask, client: Client) -> None:
    assert {path: len(data(client, path)) for path in FILTERED} == FILTERED


def test_pages_hold_every_row_once_whatever_their_size(filled: Flask, client: Client) -> None:
    for slug, dataset in BY_SLUG.items():
        if slug != "results":
            whole = data(client, f"{slug}?limit=1000")
            assert data(client, f"{slug}?limit=1") == data(client, f"{slug}?limit=2") == whole
            assert len({tuple(row[name] for name in dataset.key) for row in whole}) == len(whole) > 0


def test_pages_of_results_hold_every_place_once(filled: Flask, client: Client) -> None:
    for kind in ("region", "province", "district", "organisation"):
        path = f"results?year={YEAR}&round=6&kind={kind}"
        assert data(client, f"{path}&limit=1") == data(client, path)


def test_what_comes_in_between_moves_no_page(filled: Flask, client: Client) -> None:
    """A project recorded, and one deleted, while somebody reads: nothing is told twice and nothing is missed."""
    before = {row["id"] for row in data(client, "projects")}
    told = client.get(f"{API}/projects?limit=3").get_json()
    with transaction():
        db.session.get_one(Project, told["data"][0]["id"]).deleted_at = NOW
        db.session.get_one(Project, told["data"][0]["id"]).counted = False
    make_project(make_lao("2901110", name="เทศบาลเมืองใหม่", province="90", district="9001"))
    following = data(client, told["next"].removeprefix(f"{API}/"))
    ids = [row["id"] for row in told["data"] + following]
    assert len(ids) == len(set(ids))
    assert before <= set(ids)


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """One LAO in a statement, and one statement in a page that has a row: as the country is to the real numbers."""
    monkeypatch.setattr(queries, "STEPS", 1)
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 2)
    for name in queries.LAOS_AT_ONCE:
        monkeypatch.setitem(queries.LAOS_AT_ONCE, name, 1)


def test_a_page_has_a_row_or_there_are_none_left(filled: Flask, client: Client, small_windows: None) -> None:
    """Whatever a filter leaves out: an empty page that has a next one reads as "no data"."""
    for path, number in FILTERED.items():
        following: str | None = f"{API}/{path}"
        found = 0
        while following:
            told = client.get(following).get_json()
            found, following = found + len(told["data"]), told["next"]
            assert told["data"] or not following, path
        assert found == number, path
    assert len(client.get(f"{API}/projects?q=สงขลา").get_json()["data"]) == 3  # the first LAO has none of them


def test_no_statement_reads_more_than_its_window(
    filled: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    rows = queries._rows

    def seen(dataset: Any, ids: Any, *rest: Any) -> Any:
        asked.append(len(ids))
        return rows(dataset, ids, *rest)

    monkeypatch.setattr(queries, "_rows", seen)
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(queries, "STEPS", 1)
    monkeypatch.setitem(queries.LAOS_AT_ONCE, "projects", 1)
    assert data(client, "projects?q=ไม่มีชื่อนี้") == []
    assert asked == [1, 2]  # wider after a window without a row, up to the most


def test_an_lao_whose_code_changes_between_two_pages_is_told_once(filled: Flask, client: Client) -> None:
    path = f"{RESULTS}&kind=organisation&province=90&limit=1"
    first = client.get(path).get_json()
    with transaction():
        for code, later in (("5901109", "1901109"), ("2900101", "9900101")):  # one before what was told, one behind
            db.session.query(Organisation).filter_by(code=code).one().code = later
    names = [row["place_name"] for row in first["data"] + data(client, first["next"].removeprefix(f"{API}/"))]
    assert names == ["องค์การบริหารส่วนจังหวัดสงขลา", "เทศบาลตำบลน้ำน้อย"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_is_whole_or_refused_with_the_way_to_the_whole(
    filled: Flask, client: Client, small_windows: None, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(routes, "MAX_LIMIT", 2)  # rows read at once
    for dataset in DATASETS.values():
        for asked in _questions(dataset.name):
            told = data(client, f"{dataset.slug}?{asked}")
            answer = client.get(f"{API}/{dataset.slug}.{ending}?{asked}")
            assert (answer.status_code, _rows_in(answer.data)) == (200, len(told)), (dataset.name, asked)
            assert "Link" not in answer.headers
            monkeypatch.setattr(routes, "MOST_IN_A_FILE", len(told) - 1)
            refused = client.get(f"{API}/{dataset.slug}.{ending}?{asked}")
            monkeypatch.setattr(routes, "MOST_IN_A_FILE", 20_000)
            assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
            assert refused.get_json(force=True)["file"].endswith("/open-data")
            for paging in ("limit=5", "after=1"):
                assert client.get(f"{API}/{dataset.slug}.{ending}?{asked}&{paging}").status_code == 400


def _questions(name: str) -> list[str]:
    if name == "results":
        return [f"year={YEAR}&round=6&kind={kind}" for kind in ("province", "district", "organisation")]
    return ["", "province=90"]


def _rows_in(content: bytes) -> int:
    """Rows below the head of a file."""
    if content.startswith(b"PK"):
        return int(load_workbook(io.BytesIO(content)).worksheets[0].max_row) - 1
    return len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))) - 1


def test_a_file_too_long_leads_to_that_of_last_night(
    filled: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(filled.config, "SNAPSHOT_FOLDER", tmp_path)
    take_snapshot(tmp_path, routes.publication(NOW))
    monkeypatch.setattr(routes, "MOST_IN_A_FILE", 1)
    refused = client.get(f"{API}/projects.xlsx").get_json(force=True)
    with client.get(refused["file"].removeprefix(filled.config["PUBLIC_URL"])) as file:
        assert file.status_code == 200
    assert refused["file"] in refused["detail_th"]


def test_an_upgraded_lao_is_found_by_either_code(filled: Flask, client: Client) -> None:
    with transaction():
        lao = db.session.query(Organisation).filter_by(code="5901109").one()
        lao.code = "4901109"
    make_former(lao, code="5901109")
    now, before = (client.get(f"{API}/organisations/{code}").get_json()["data"] for code in ("4901109", "5901109"))
    assert now == before
    assert now["former_codes"] == ["5901109"]
    assert len(data(client, "plan-years?organisation=5901109")) == 1


def test_csv_and_excel_hold_the_same_rows(filled: Flask, client: Client) -> None:
    for dataset in DATASETS.values():
        asked = f"?year={YEAR}&round=6" if dataset.name == "results" else ""
        told = client.get(f"{API}/{dataset.slug}{asked}").get_json()["data"]
        answer = client.get(f"{API}/{dataset.slug}.csv{asked}")
        assert answer.content_type == "text/csv; charset=utf-8; header=present"
        assert answer.data.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
        assert lines[0] == [field.name for field in dataset.columns]
        assert lines[1:] == [[_cell(row[field.name]) for field in dataset.columns] for row in told]
        sheet = load_workbook(io.BytesIO(client.get(f"{API}/{dataset.slug}.xlsx{asked}").data)).worksheets[0]
        assert sheet.max_row == len(told) + 1


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return ";".join(map(str, value))
        case str() if value.startswith(("=", "-")):
            return f"'{value}"
        case _:
            return str(value)


def test_nothing_new_is_a_304_and_a_change_is_not(filled: Flask, client: Client) -> None:
    first = client.get(f"{API}/reports")
    etag = {"If-None-Match": first.headers["ETag"]}
    again = client.get(f"{API}/reports", headers=etag)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(f"{API}/projects", headers=etag).status_code == 200
    lao = make_lao("2901110", name="เทศบาลเมืองใหม่", province="90", district="9001")
    make_report(lao, make_project(lao), ReportStatus.DONE)
    assert client.get(f"{API}/reports", headers=etag).status_code == 200


def test_last_modified_is_the_last_change_that_is_settled(
    filled: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(RESULTS).headers["Last-Modified"] == "Mon, 02 Apr 2018 07:32:00 GMT"
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=1))
    assert "Last-Modified" not in client.get(RESULTS).headers


def test_last_modified_is_no_younger_than_rows_that_were_kept(
    filled: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setitem(filled.extensions, "country-results", TTLCache(10, 1000))
    first = client.get(RESULTS)

    # when
    lao = make_lao("2901110", name="เทศบาลเมืองใหม่", province="90", district="9001")
    make_project(lao, now=NOW + timedelta(hours=1))
    kept = client.get(RESULTS)

    # then
    assert kept.data == first.data
    assert kept.headers["Last-Modified"] == first.headers["Last-Modified"]
    assert client.get(f"{API}/projects").headers["Last-Modified"] == "Mon, 02 Apr 2018 08:32:00 GMT"


def test_answers_are_packed_for_those_who_can_read_it(filled: Flask, client: Client) -> None:
    plain = client.get(f"{API}/reports")
    packed = client.get(f"{API}/reports", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    refused = client.get(f"{API}/reports", headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data
    either = {"If-None-Match": packed.headers["ETag"]}
    assert client.get(f"{API}/reports", headers=either).status_code == 304
    browsers = client.get(f"{API}/reports", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert browsers.headers["Content-Encoding"] == "zstd"
    assert client.get(f"{API}/reports", headers={"If-None-Match": browsers.headers["ETag"]}).status_code == 304


def test_scripts_of_any_site_may_read_and_nobody_gets_a_cookie(filled: Flask, client: Client) -> None:
    client.set_cookie("eplannacc", "somebody's")
    paths = ("/", "", "/organisations", "/openapi.json", "/organisations?limit=0", "/nothing", "/organisations/1")
    for path in paths:
        answer = client.get(f"{API}{path}", headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Set-Cookie" not in answer.headers, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
        assert answer.mimetype in ("application/json", "application/problem+json"), path
    asks = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    preflight = client.options(f"{API}/projects", headers=asks)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert client.head(f"{API}/projects").data == b""


def test_the_whole_countrys_results_are_read_once_in_a_while(
    filled: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(filled.extensions, "country-results", TTLCache(10, 1000))
    for path in (RESULTS, f"{API}/results.csv?year={YEAR}&round=6", f"{RESULTS}&kind=country"):
        first = client.get(path).data
        assert client.get(path).data == first
    monkeypatch.setattr(counts, "of_country", lambda *_asked: 1 / 0)
    assert len(client.get(RESULTS).get_json()["data"]) == 2
    one = client.get(f"{RESULTS}&kind=organisation&province=90").get_json()["data"]
    assert [row["place_code"] for row in one] == ["2900101", "5901109"]


def test_of_those_who_ask_at_once_one_reads_the_country(
    filled: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setitem(filled.extensions, "country-results", TTLCache(10, 1000))
    read, begun, go_on, answers = counts.of_country, Event(), Event(), []
    readings = []

    def slowly(*asked: Any) -> Any:
        readings.append(asked)
        begun.set()
        go_on.wait(10)
        return read(*asked)

    monkeypatch.setattr(counts, "of_country", slowly)
    threads = [Thread(target=lambda: answers.append(Client(filled).get(RESULTS).data)) for _each in range(4)]

    # when
    threads[0].start()
    begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()

    # then
    assert len(readings) == len(set(readings))
    assert len(set(answers)) == 1


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("organisations?limit=0", 400, "limit"),
        ("organisations?limit=1001", 400, "limit"),
        ("organisations?limit=ten", 400, "limit"),
        ("organisations?limit=๑๐", 400, "limit"),
        ("projects?after=1;2", 400, "after"),
        ("projects?page=2", 400, "page"),
        ("projects?province=9", 400, "province"),
        ("projects?province=90%0a", 400, "province"),
        ("projects?year=2561&year=2562", 400, "year"),
        ("projects?q=", 400, "q"),
        ("projects?kind=plan", 400, "kind"),
        ("reports?round=7", 400, "round"),
        ("results?year=2561", 400, "round"),
        ("organisations/6650807?q=x", 400, "q"),
        ("organisations/665080", 404, None),
        ("projects/0", 404, None),
        ("projects/99999999999", 404, None),
        ("nothing", 404, None),
        ("projects.pdf", 404, None),
    ],
)
def test_what_cannot_be_answered_is_told_in_both_languages(
    app: Flask, client: Client, path: str, status: int, parameter: str | None
) -> None:
    answer = client.get(f"{API}/{path}")
    told = answer.get_json(force=True)
    assert (answer.status_code, answer.mimetype, told["status"]) == (status, "application/problem+json", status)
    assert told.get("parameter") == parameter
    assert told["detail"].isascii()
    assert any("ก" <= letter <= "๛" for letter in told["detail_th"])


def test_writing_is_refused_and_a_crash_tells_nothing(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = client.open(f"{API}/projects", method=method)
        assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
        assert "GET" in answer.headers["Allow"]
    monkeypatch.setitem(app.config, "SHOW_ERROR_PAGES", True)
    monkeypatch.setattr(app.logger, "exception", lambda *_args: None)
    monkeypatch.setattr(queries, "last_change", lambda: 1 / 0)
    crashed = client.get(f"{API}/projects")
    assert (crashed.status_code, crashed.mimetype) == (500, "application/problem+json")
    assert "ZeroDivision" not in crashed.text


def scanned(statement: Select[Any]) -> list[str]:
    """The large tables that the engine would read from end to end."""
    if not is_sqlite(db.engine):
        db.session.execute(text("SET LOCAL enable_seqscan = off"))  # small tables are read whole otherwise
    sql = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if is_sqlite(db.engine) else "EXPLAIN"
    rows = db.session.connection().exec_driver_sql(f"{explain} {sql}")
    plan = "\n".join(str(row[-1]) for row in rows)
    tables = ("projects", "project_years", "reports", "plan_years")
    return [table for table in tables if f"SCAN {table}" in plan or f"Seq Scan on {table}" in plan]


def test_a_page_is_found_by_indexes_alone(filled: Flask) -> None:
    for name in queries.KEYS:
        assert scanned(queries._rows(DATASETS[name], [1, 2], {}, (1, 1)).limit(10)) == []
    if is_sqlite(db.engine):  # PostgreSQL was told to walk an index from end to end instead
        assert scanned(queries.SELECTS["reports"]) != []
