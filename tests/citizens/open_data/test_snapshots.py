"""Snapshots: one moment, the same bytes everywhere, valid by their kind's own checker, and enough to count with."""

import errno
import gzip
import hashlib
import importlib.util
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from shutil import copytree
from typing import Any, Literal

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import clock
from app.citizens.open_data import counts, jobs, snapshots
from app.citizens.open_data.archive import SUMS, days, snapshot
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.metadata import catalogue_fields
from app.citizens.open_data.rules import plain_row
from app.citizens.open_data.snapshots import AlreadyThere, publication, take_snapshot
from app.db import db, is_sqlite, transaction
from app.lao.reporting.rules import PlaceSummary
from app.lao.reporting.sums import sums_by
from app.models import PlanYear, Project
from app.models.enums import Level, PlanStatus, Round
from tests.citizens.open_data.data import fill
from tests.client import Client
from tests.factories import NOW, YEAR
from tests.worlds import Worlds

DAY = "2561-04-02"
# What is inside the files, on every engine and at every run: change it only together with what is published.
EXPECTED = "e645158bcfa26a42"


@pytest.fixture(scope="module")
def first_folder(database: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the snapshot of the small country is taken once on each engine."""
    return tmp_path_factory.mktemp("first")


@pytest.fixture
def published(app: Flask, worlds: Worlds, first_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a snapshot of the small country."""
    monkeypatch.setitem(app.config, "SNAPSHOT_FOLDER", tmp_path)
    worlds.begin(fill)
    if not (first_folder / DAY).exists():
        take_snapshot(first_folder, publication(NOW))
    copytree(first_folder, tmp_path, dirs_exist_ok=True)
    return tmp_path / DAY


def contents(folder: Path) -> str:
    """A digest of all rows, unpacked: another zlib may pack them differently. Excel has the rows of the CSV."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.gz")):
        digest.update(gzip.decompress(path.read_bytes()))
    return digest.hexdigest()[:16]


def test_the_same_moment_makes_the_same_bytes_on_every_engine(published: Path, tmp_path: Path) -> None:
    again = take_snapshot(tmp_path / "again", publication(NOW))
    assert (again / SUMS).read_text() == (published / SUMS).read_text()
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in published.iterdir()
    }
    assert contents(published) == EXPECTED


def test_the_checksums_are_those_of_the_files(published: Path) -> None:
    told = dict(reversed(line.split("  ")) for line in (published / SUMS).read_text().splitlines())
    there = {path.name: path for path in published.iterdir() if path.name != SUMS}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()} == told
    endings = ("csv.gz", "jsonl.gz", "xlsx")
    assert {f"{name}.{ending}" for name in DATASETS for ending in endings} | {
        "datapackage.json",
        "dcat.jsonld",
        "CHANGELOG.md",
    } == set(there)


def test_json_lines_are_the_rows_of_the_api(published: Path, client: Client) -> None:
    for dataset in DATASETS.values():
        lines = gzip.decompress((published / f"{dataset.name}.jsonl.gz").read_bytes()).decode().splitlines()
        told = [json.loads(line) for line in lines]
        if dataset.name != "results":
            assert client.get(f"/api/v1/{dataset.slug}?limit=1000").get_json()["data"] == told
        assert len(told) == snapshot(published.parent, DAY).rows[dataset.name] > 0


def test_what_somebody_writes_meanwhile_is_not_in_it(
    app: Flask, worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project is deleted by somebody else after the first table: its reports are as they were with it."""
    worlds.begin(fill)
    write = snapshots._write

    def write_and_wait(folder: Path, dataset: Any, *how: Any) -> int:
        number = write(folder, dataset, *how)
        if dataset.name == "organisations":
            with db.engine.begin() as somebody:
                somebody.exec_driver_sql("UPDATE projects SET name = 'เปลี่ยนระหว่างนั้น'")
        return number

    monkeypatch.setattr(snapshots, "_write", write_and_wait)
    folder = take_snapshot(tmp_path, publication(NOW))
    assert "เปลี่ยนระหว่างนั้น" not in gzip.decompress((folder / "projects.csv.gz").read_bytes()).decode()
    later = take_snapshot(tmp_path, publication(NOW + timedelta(days=1)))
    assert "เปลี่ยนระหว่างนั้น" in gzip.decompress((later / "projects.csv.gz").read_bytes()).decode()


def test_a_day_is_published_once_and_whole_or_not_at_all(
    app: Flask, worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worlds.begin(fill)
    with monkeypatch.context() as broken:
        broken.setattr(snapshots.metadata, "catalogue", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_snapshot(tmp_path, publication(NOW))
    assert not (tmp_path / DAY).exists()
    assert take_snapshot(tmp_path, publication(NOW)) == tmp_path / DAY
    with pytest.raises(AlreadyThere):
        take_snapshot(tmp_path, publication(NOW))
    assert days(tmp_path) == [path.name for path in tmp_path.iterdir() if path.is_dir()] == [DAY]


def test_what_a_night_left_that_was_stopped_is_gone_after_the_next(app: Flask, worlds: Worlds, tmp_path: Path) -> None:
    """Half a gigabyte for each, in a folder that backups take along."""
    worlds.begin(fill)
    (tmp_path / ".2018-04-30").mkdir()
    (tmp_path / ".2018-04-30" / "projects.csv.gz").write_bytes(b"half a file")
    take_snapshot(tmp_path, publication(NOW))
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [DAY]


def test_a_disk_without_room_keeps_nothing_of_a_night_and_the_command_says_so(
    app: Flask, worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: some files are there when the disk is full
    worlds.begin(fill)

    def full(*_words: Any, **_named: Any) -> None:
        assert list(tmp_path.glob(".*/*.gz"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(snapshots, "write_workbook", full)

    # when
    done = app.test_cli_runner().invoke(args=["open-data", "snapshot", "--to", str(tmp_path)])

    # then
    assert (done.exit_code, "could not be written" in done.output) == (1, True), done.output
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_the_worker_publishes_each_night_and_tries_again_an_hour_after_it_could_not(
    app: Flask, worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: 1.59 at night
    worlds.begin(fill)
    for name, value in (("SNAPSHOT_FOLDER", tmp_path), ("SNAPSHOT_HOUR", 2), ("SNAPSHOTS_KEPT", 2)):
        monkeypatch.setitem(app.config, name, value)
    night = datetime(2018, 4, 2, 18, 59, tzinfo=UTC)

    def look(after: timedelta) -> list[str]:
        monkeypatch.setattr(clock, "now", lambda: night + after)
        with app.app_context():
            jobs.publish_at_night()
        return days(tmp_path)

    # when, then
    minute, hour, day = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
    assert look(timedelta()) == []
    with monkeypatch.context() as broken:
        broken.setattr(snapshots.metadata, "catalogue", lambda *_args: 1 / 0)
        assert look(minute) == []
    assert look(2 * minute) == []  # not every minute
    assert look(hour + minute) == ["2561-04-03"]
    assert look(hour + 2 * minute) == ["2561-04-03"]
    assert look(day) == ["2561-04-03"]
    assert look(day + minute) == ["2561-04-04", "2561-04-03"]
    assert look(2 * day + minute) == ["2561-04-05", "2561-04-04"]


def test_what_excel_cannot_hold_is_not_written_as_excel(
    app: Flask, worlds: Worlds, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MOST_EXCEL_ROWS", 10)
    monkeypatch.setitem(app.config, "SNAPSHOT_FOLDER", tmp_path)
    worlds.begin(fill)
    folder = take_snapshot(tmp_path, publication(NOW))
    assert (folder / "organisations.xlsx").exists()
    assert not (folder / "reports.xlsx").exists()
    assert "เกินจำนวนแถวของ Excel" in client.get("/open-data").text


CHECK = """
import json
from frictionless import validate
report = validate("datapackage.json")
rows = {task.name: task.stats.get("rows") for task in report.tasks}
print(json.dumps({"valid": report.valid, "rows": rows, "errors": report.flatten(["name", "type", "message"])}))
"""


def checked(folder: Path) -> dict[str, Any]:
    """What Frictionless says of the data package; on its own, for it leaves files open."""
    run = subprocess.run([sys.executable, "-c", CHECK], cwd=folder, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def test_the_data_package_is_valid_by_its_own_checker(published: Path) -> None:
    told = checked(published)
    assert told["valid"], told["errors"]
    assert told["rows"] == snapshot(published.parent, DAY).rows


def test_the_checker_finds_a_row_that_breaks_the_schema(published: Path) -> None:
    path = published / "project_years.csv.gz"
    broken = gzip.decompress(path.read_bytes()).decode().replace("1,1,6650807", "1,77,665080", 1)
    path.write_bytes(gzip.compress(broken.encode()))
    kinds = {kind for _name, kind, _message in checked(published)["errors"]}
    assert {"foreign-key", "constraint-error", "hash-count"} <= kinds


def figures_of_the_files(folder: Path, round_: Round) -> dict[str, Any]:
    """What docs/open_data_figures.py makes of the files: it knows nothing of the application."""
    spec = importlib.util.spec_from_file_location("figures", Path(__file__).parents[3] / "docs/open_data_figures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told: dict[str, Any] = module.figures(folder, YEAR, int(round_))
    return told


@pytest.mark.parametrize("round_", list(Round))
def test_the_front_pages_figures_can_be_made_from_the_files(published: Path, round_: Round) -> None:
    check_figures(published, round_)


def test_those_of_a_closed_round_too_whatever_changed_since(app: Flask, worlds: Worlds, tmp_path: Path) -> None:
    worlds.begin(fill)
    before = results_of_round_12()
    with transaction():
        for project in db.session.scalars(select(Project).where(Project.counted)).all():
            project.deleted_at, project.counted = NOW, False
        db.session.execute(update(PlanYear).values(status=PlanStatus.FAILED))
    assert results_of_round_12() == before
    check_figures(take_snapshot(tmp_path, publication(NOW)), Round.TWELVE)


def results_of_round_12() -> list[tuple[Any, ...]]:
    rows = chain.from_iterable(counts.every_result())
    return sorted(row[:7] for row in rows if row[4:6] == (YEAR, Round.TWELVE))


@pytest.mark.parametrize("round_", list(Round))
@pytest.mark.parametrize("by", ["province_code", "organisation_id"])
def test_sums_of_all_dimensions_are_those_of_each_added_up(
    app: Flask, worlds: Worlds, by: Literal["province_code", "organisation_id"], round_: Round
) -> None:
    """Of a round that is closed for some, and of one that is open."""
    worlds.begin(fill)
    for year in (YEAR, YEAR + 1):
        apart = sums_by(by, ["65", "90"], year, round_)
        whole = {key: PlaceSummary(round_, {}, sums) for key, sums in apart.items()}
        together = sums_by(by, ["65", "90"], year, round_, apart=False)
        assert together == {key: {0: (each.counts, each.money)} for key, each in whole.items()}


def check_figures(published: Path, round_: Round) -> None:
    rebuilt = figures_of_the_files(published, round_)
    shown = {}
    for kind in ("country", "province"):
        for row in counts.results({"kind": kind, "year": YEAR, "round": int(round_)}, (), 100).rows:
            told = plain_row(DATASETS["results"].fields)(row)
            levels = {each.value: told[f"organisations_{each.value}"] for each in Level}
            names = ("organisations", "total", "done", "in_progress", "cannot", "in_ordinance", "percent", "spent")
            shown[told["place_code"]] = {
                **{name: told[name] for name in (*names, "plan_budget", "ordinance_budget", "budget_percent")},
                "levels": {level: number for level, number in sorted(levels.items()) if number},
                "not_reported": told["waiting"],
            }
    assert rebuilt == shown
    assert set(rebuilt) == {"TH", "65", "90"}


def test_the_catalogue_entry_has_the_fields_that_are_asked_for(published: Path, app: Flask) -> None:
    told = json.loads((published / "dcat.jsonld").read_text())
    fields = catalogue_fields(publication(NOW))
    assert len(fields) == 14
    assert {name: told[f"th:{name}"] for name in fields} == {name: value for name, (_label, value) in fields.items()}
    assert all(value for _label, value in fields.values())
    assert told["th:maintainer"] == app.config["CONTACT"]
    assert told["th:maintainer_email"] == app.config["CONTACT_EMAIL"]
    sums = (published / SUMS).read_text()
    files = [each for each in told["dcat:distribution"] if "spdx:checksum" in each]
    assert len(files) == 3 * len(DATASETS)
    assert all(each["spdx:checksum"]["spdx:checksumValue"] in sums for each in files)


def got(client: Client, path: str, **headers: str) -> TestResponse:
    """The answer, with its file read and closed."""
    with client.get(path, headers=headers) as answer:
        assert answer.data is not None
        return answer


def test_the_page_leads_to_files_that_can_be_kept_and_resumed(published: Path, client: Client) -> None:
    answer = client.get("/open-data")
    page = answer.text
    assert "Set-Cookie" not in answer.headers
    there = (published / "projects.csv.gz").read_bytes()
    checksum = hashlib.sha256(there).hexdigest()
    path = f"/open-data/{DAY}/projects.csv.gz"
    assert checksum in page
    assert f'href="{path}"' in page
    answer = got(client, path)
    assert (answer.data, answer.headers["ETag"]) == (there, f'"{checksum}"')
    assert answer.headers["Last-Modified"] == "Mon, 02 Apr 2018 07:32:00 GMT"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert not {"Content-Encoding", "Set-Cookie", "Vary"} & set(answer.headers.keys())
    assert "public" in answer.headers["Cache-Control"]
    assert got(client, path, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert got(client, path, **{"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304
    part = got(client, path, Range="bytes=10-19")
    assert (part.status_code, part.data) == (206, there[10:20])
    assert got(client, "/open-data/latest/projects.csv.gz").data == there
    assert got(client, f"/open-data/latest/{SUMS}").text == (published / SUMS).read_text()


@pytest.mark.parametrize("path", ["2561-04-03/projects.csv.gz", "latest/nothing.csv", f"{DAY}/..%2f..%2fx", "x/y"])
def test_what_was_not_published_is_not_found(published: Path, client: Client, path: str) -> None:
    assert client.get(f"/open-data/{path}").status_code == 404


def test_page_document_package_and_catalogue_name_every_column(published: Path, client: Client) -> None:
    page = client.get("/open-data").text
    schemas = client.get("/api/v1/openapi.json").get_json()["components"]["schemas"]
    resources = {each["name"]: each for each in json.loads((published / "datapackage.json").read_text())["resources"]}
    for dataset in DATASETS.values():
        assert list(schemas[dataset.row_schema]["properties"]) == [field.name for field in dataset.fields]
        told = resources[dataset.name]["schema"]["fields"]
        assert [field["name"] for field in told] == [field.name for field in dataset.columns]
        for each in (*dataset.fields, *dataset.parameters):
            assert f"<code>{each.name}</code>" in page
            assert escape(each.title) in page


def test_there_is_a_page_before_the_first_snapshot(app: Flask, client: Client) -> None:
    assert "ยังไม่มีไฟล์" in client.get("/open-data").text
    assert client.get("/open-data/latest/projects.csv.gz").status_code == 404


def test_the_command_writes_where_the_page_looks(
    app: Flask, worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SNAPSHOT_FOLDER", tmp_path)
    worlds.begin(fill)
    run = app.test_cli_runner().invoke
    first = run(args=["open-data", "snapshot", "--at", "2018-04-02T14:32:00+0700"])
    assert first.output.strip() == str(tmp_path / DAY)
    again = run(args=["open-data", "snapshot", "--at", "2018-04-02T20:00:00+0700"])
    assert (again.exit_code, "published already" in again.output) == (1, True)
    later = run(args=["open-data", "snapshot", "--at", "2018-04-03T00:00:00+0700", "--keep", "1"])
    assert later.output.splitlines()[-1] == f"deleted {DAY}"
    assert days(tmp_path) == ["2561-04-03"]
    monkeypatch.setattr(clock, "now", lambda: datetime(2019, 12, 31, 20, tzinfo=UTC))
    assert run(args=["open-data", "snapshot", "--to", str(tmp_path / "b")]).output.strip().endswith("b/2563-01-01")
    assert is_sqlite(db.engine) or db.session.connection().get_isolation_level() == "READ COMMITTED"
