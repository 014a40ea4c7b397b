"""A snapshot takes parts of the one before: it says the same, byte by byte, as one that is made from nothing."""

import gzip
import zlib
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.citizens.open_data import packed, queries, snapshots
from app.citizens.open_data.answers import body_of
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.rules import plain_row
from app.citizens.open_data.snapshots import publication, take_snapshot
from app.citizens.open_data.texts import Texts
from app.citizens.open_data.workbooks import table
from app.db import db, transaction
from app.models import District, Organisation, PlanYear, Project, ProjectYear, Report
from app.models.enums import ReportStatus, Round
from app.spreadsheets import excel
from app.spreadsheets.csv_files import csv_text
from app.spreadsheets.tables import Table
from tests.citizens.open_data.data import fill
from tests.factories import NOW
from tests.worlds import Worlds

TOMORROW = NOW + timedelta(days=1)
CHANGES: dict[str, Any] = {
    "a note": update(Report).where(Report.project_id == 1).values(note="ปรับแผน"),
    "a name": update(Project).where(Project.id == 1).values(name="ชื่อใหม่ของโครงการ"),
    "a budget": update(ProjectYear).where(ProjectYear.project_id == 1).values(plan_budget=Decimal(4711)),
    "a plan's status": update(PlanYear).values(version=PlanYear.version + 1, status=PlanYear.status),
    "a district": update(District).values(name=District.name + "เดิม"),
    "a code": update(Organisation).where(Organisation.code == "6650807").values(code="6650899"),
}
Made = Counter[str]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """How often a part was written, by the kind of file; an LAO is a part."""
    counted: Made = Counter()

    def watch(kind: str) -> None:
        write = getattr(Texts, kind)

        def counting(texts: Texts, columns: Any) -> bytes:
            counted[kind] += 1
            return bytes(write(texts, columns))

        monkeypatch.setattr(Texts, kind, counting)

    monkeypatch.setattr(queries, "LAOS_AT_ONCE", dict.fromkeys(DATASETS, 1))
    monkeypatch.setattr(queries, "PARTS", 1)
    watch("csv")
    watch("lines")
    return counted


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_makes_what_a_snapshot_from_nothing_would(
    app: Flask, worlds: Worlds, tmp_path: Path, made: Made, change: str
) -> None:
    # given
    worlds.begin(fill)
    before = files(take_snapshot(tmp_path / "kept", publication(NOW)))
    made.clear()

    # when
    with transaction():
        db.session.execute(CHANGES[change])
    kept = files(take_snapshot(tmp_path / "kept", publication(TOMORROW)))
    changed = made.copy()
    made.clear()

    # then
    assert kept == files(take_snapshot(tmp_path / "nothing", publication(TOMORROW)))
    assert changed["csv"] < made["csv"], "nothing was taken over"
    told = {name for name in kept if name.endswith(".gz") and kept[name] != before[name]}
    assert bool(told) is (change != "a plan's status")


def test_a_night_without_a_change_writes_no_part(app: Flask, worlds: Worlds, tmp_path: Path, made: Made) -> None:
    # given
    worlds.begin(fill)
    take_snapshot(tmp_path, publication(NOW))
    made.clear()

    # when
    take_snapshot(tmp_path, publication(TOMORROW))

    # then
    assert not made


@pytest.fixture
def workbooks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of which data sets a workbook was written row by row."""
    written, write = list[str](), snapshots.write_workbook

    def watched(file: Any, table: Table[Any], **how: Any) -> None:
        written.append(table.sheet)
        write(file, table, **how)

    monkeypatch.setattr(snapshots, "write_workbook", watched)
    return written


@pytest.mark.parametrize("long", [0, 200])
def test_only_workbooks_with_a_change_are_written_and_all_say_when(
    app: Flask, worlds: Worlds, tmp_path: Path, workbooks: list[str], monkeypatch: pytest.MonkeyPatch, long: int
) -> None:
    """Long ones are packed in another way than short ones."""
    # given
    monkeypatch.setattr(excel, "LONG", long)
    worlds.begin(fill)
    before = files(take_snapshot(tmp_path / "kept", publication(NOW)))
    workbooks.clear()

    # when
    with transaction():
        db.session.execute(CHANGES["a note"])
    kept = files(take_snapshot(tmp_path / "kept", publication(TOMORROW)))

    # then
    assert workbooks == ["reports"]
    assert kept == files(take_snapshot(tmp_path / "nothing", publication(TOMORROW)))
    assert all(kept[name] != before[name] for name in kept if name.endswith(".xlsx"))


@pytest.mark.parametrize("change", ["a part less", "a part more"])
def test_a_file_that_begins_as_before_is_not_taken_whole(
    app: Flask, worlds: Worlds, tmp_path: Path, made: Made, change: str
) -> None:
    # given
    worlds.begin(fill)
    some = update(Project).where(Project.organisation_id == select(func.max(Project.organisation_id)).scalar_subquery())
    gone, back = some.values(deleted_at=NOW, counted=False), some.values(deleted_at=None, counted=True)
    with transaction():
        db.session.execute(back if change == "a part less" else gone)
    take_snapshot(tmp_path / "kept", publication(NOW))

    # when
    with transaction():
        db.session.execute(gone if change == "a part less" else back)
    kept = files(take_snapshot(tmp_path / "kept", publication(TOMORROW)))

    # then
    assert kept == files(take_snapshot(tmp_path / "nothing", publication(TOMORROW)))


def test_a_workbook_that_is_not_the_one_that_was_written_is_not_taken(
    app: Flask, worlds: Worlds, tmp_path: Path, workbooks: list[str]
) -> None:
    # given
    worlds.begin(fill)
    day = take_snapshot(tmp_path / "kept", publication(NOW))
    workbooks.clear()

    # when
    path = day / "projects.xlsx"
    path.write_bytes(path.read_bytes() + b"more")
    kept = files(take_snapshot(tmp_path / "kept", publication(TOMORROW)))

    # then
    assert workbooks == ["projects"]
    assert kept == files(take_snapshot(tmp_path / "nothing", publication(TOMORROW)))


ODD = ["", " ", " ก", "ก,ข", 'คำ"พูด"', "สอง\nบรรทัด", "ก\r", "=1+1", "'", ",", '"', "\t", "ก\0ข", None]


@pytest.mark.parametrize("text", ODD)
def test_values_are_written_as_in_the_files_of_the_api(text: str | None) -> None:
    # given
    dataset = DATASETS["reports"]
    row = (1, 2, "6650807", "65", 2561, Round.SIX, ReportStatus.DONE, Decimal("0.50"), None, None, *[text] * 2, NOW)
    rows = [(*row, 1, True, text, text), (*row, 2, False, text, text)]

    # when
    texts, columns = Texts(dataset, [None] * len(dataset.fields)), list(zip(*rows, strict=True))

    # then
    head, whole = csv_text(table(dataset, ())), csv_text(table(dataset, rows))
    assert head + texts.csv(columns) == whole
    assert texts.lines(columns) == b"".join(body_of(plain_row(dataset.fields)(row)) + b"\n" for row in rows)


@pytest.mark.parametrize("what", ["the file", "the program", "the day", "the index"])
def test_what_is_not_as_it_was_is_not_taken(
    app: Flask, worlds: Worlds, tmp_path: Path, made: Made, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    # given
    worlds.begin(fill)
    day = take_snapshot(tmp_path / "kept", publication(NOW))
    expected = made.copy()
    made.clear()

    # when
    if what == "the file":
        for path in day.glob("*.gz"):
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
    elif what == "the program":
        monkeypatch.setattr(packed, "made_by", lambda: "another")
    elif what == "the index":
        index = tmp_path / "kept" / packed.INDEX
        index.write_text(index.read_text()[:100])
    else:
        day.rename(day.with_name("2561-01-01"))
    kept = files(take_snapshot(tmp_path / "kept", publication(TOMORROW)))

    # then
    assert made == expected
    assert kept == files(take_snapshot(tmp_path / "nothing", publication(TOMORROW)))


def test_a_packed_file_is_one_gzip_file(app: Flask, worlds: Worlds, tmp_path: Path) -> None:
    """Some readers stop after the first of several that stand behind each other."""
    # given
    worlds.begin(fill)
    folder = take_snapshot(tmp_path, publication(NOW))

    # then
    for name in DATASETS:
        path = folder / f"{name}.csv.gz"
        unpacker = zlib.decompressobj(31)
        assert unpacker.decompress(path.read_bytes()) == gzip.decompress(path.read_bytes())
        assert unpacker.eof
        assert not unpacker.unused_data
