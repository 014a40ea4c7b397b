"""The example programs count what is published: with other tools, from the files alone."""

import re
import runpy
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from flask import Flask

from app.citizens.open_data import counts
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.rules import plain_row
from app.citizens.open_data.snapshots import publication, take_snapshot
from app.models.enums import Level, Round
from tests.citizens.open_data.data import fill
from tests.client import Client
from tests.factories import NOW, YEAR
from tests.worlds import Worlds

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = DOCS / "examples"


class Told(NamedTuple):
    """By place: done, total and percent; organisations by level; satang spent and planned, and percent."""

    done: dict[str, tuple[int, int, float]]
    levels: dict[str, dict[str, int]]
    money: dict[str, tuple[int, int, float]]


@pytest.fixture
def files(app: Flask, worlds: Worlds, tmp_path: Path) -> Path:
    """A snapshot in which round 6 stands open and round 12 is closed."""
    worlds.begin(fill)
    return take_snapshot(tmp_path, publication(NOW))


def with_pandas(files: Path, round_: Round) -> Told:
    program = runpy.run_path(str(EXAMPLES / "figures.py"))
    done, levels, money = program["figures"](str(files), str(YEAR), str(int(round_)))
    return Told(
        {place: tuple(row) for place, *row in done.itertuples()},
        {place: {name: n for name, n in row.items() if n} for place, row in levels.to_dict("index").items()},
        {place: tuple(row) for place, *row in money.itertuples()},
    )


def with_duckdb(files: Path, round_: Round, monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.chdir(files)
    program = (EXAMPLES / "figures.sql").read_text()
    if round_ is Round.TWELVE:  # as its reader is told to change it
        program = re.sub("round = '6'", "round = '12'", re.sub(r"= (\d+); +-- of round 12: (\d+)", r"= \2;", program))
    with duckdb.connect() as connection:
        answers = [connection.execute(each).fetchall() for each in connection.extract_statements(program)][-3:]
    levels: dict[str, dict[str, int]] = {}
    for place, level, number in answers[1]:
        levels.setdefault(place, {})[level] = number
    return Told({place: tuple(row) for place, *row in answers[0]}, levels, {p: tuple(row) for p, *row in answers[2]})


def published(round_: Round) -> Told:
    """The same of the API, which has the figures of the pages."""
    told = Told({}, {}, {})
    for kind in ("country", "province"):
        for found in counts.results({"kind": kind, "year": YEAR, "round": int(round_)}, (), 100).rows:
            row = plain_row(DATASETS["results"].fields)(found)
            place = row["place_code"]
            told.done[place] = row["done"], row["total"], float(row["percent"])
            spent, planned = (int(row[name].replace(".", "")) for name in ("spent", "plan_budget"))
            told.money[place] = spent, planned, float(row["budget_percent"] or 0)
            levels = Counter({each.value: row[f"organisations_{each.value}"] for each in Level})
            if kind == "province":
                told.levels[place] = dict(+levels)
    return told


@pytest.mark.parametrize("round_", list(Round))
def test_pandas_counts_what_is_published(files: Path, round_: Round) -> None:
    assert with_pandas(files, round_) == published(round_)


@pytest.mark.parametrize("round_", list(Round))
def test_duckdb_counts_what_is_published(files: Path, round_: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_duckdb(files, round_, monkeypatch) == published(round_)


def test_the_page_shows_and_gives_the_programs_that_are_tried_here(app: Flask, client: Client) -> None:
    page = client.get("/public/examples")
    assert 'href="/public/examples"' in client.get("/open-data").text
    for path in (EXAMPLES / "figures.py", EXAMPLES / "figures.sql", DOCS / "open_data_figures.py"):
        given = client.get(f"/open-data/examples/{path.name}")
        assert given.data == path.read_bytes()
        given.close()
        assert page.text.count(f'href="/open-data/examples/{path.name}"') == 1
    assert "CREATE TEMP TABLE stands" in page.text


def test_before_the_download_the_page_says_how_large_it_is(
    files: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ยังไม่มีไฟล์" in client.get("/public/examples").text
    client.application.extensions["public-pages"].clear()
    monkeypatch.setitem(client.application.config, "SNAPSHOT_FOLDER", files.parent)
    page = client.get("/public/examples").text
    assert f'href="/open-data/{files.name}/reports.csv.gz">' in page
    assert page.count(" kB") == 5
