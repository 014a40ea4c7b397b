"""No personal data in any answer or file: whatever text is not known to be public is marked, and looked for."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.snapshots import publication, take_snapshot
from app.db import db, transaction
from app.models import Organisation, Profile
from tests.citizens.open_data.data import MARK, fill, mark_personal_data, personal_columns
from tests.client import Client
from tests.factories import NOW, YEAR

PAGING = {"": "limit=7&", ".csv": "", ".xlsx": ""}


def everything(client: Client, folder: Path) -> Iterator[tuple[str, str]]:
    """(where, text) of all answers of the API, page after page, and of all files."""
    for path in (
        "/api/v1/",
        "/api/v1/openapi.json",
        "/open-data",
        "/api/v1/organisations/6650807",
        "/api/v1/projects/1",
    ):
        yield path, client.get(path).text
    for dataset in DATASETS.values():
        for asked in _questions(dataset.name):
            for ending, paging in PAGING.items():
                following: str | None = f"/api/v1/{dataset.slug}{ending}?{paging}{asked}"
                while following:
                    answer = client.get(following)
                    yield following, _text(answer.data)
                    link = answer.headers.get("Link")
                    following = link[1:].split(">")[0] if link else None
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, _text(path.read_bytes())


def _questions(name: str) -> list[str]:
    kinds = ("country", "region", "province", "district", "organisation")
    return [f"year={YEAR}&round=6&kind={kind}" for kind in kinds] if name == "results" else [""]


def _text(content: bytes) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "".join(parts.read(name).decode() for name in parts.namelist())
    return (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode()


@pytest.fixture
def published(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The marked country, and its snapshot."""
    monkeypatch.setitem(app.config, "SNAPSHOT_FOLDER", tmp_path)
    fill()
    assert mark_personal_data() >= 20
    take_snapshot(tmp_path, publication(NOW))
    return tmp_path


def test_no_personal_data_in_any_answer_or_file(published: Path, client: Client) -> None:
    told = dict(everything(client, published))
    assert [where for where, text in told.items() if MARK in text] == []
    assert len(told) > 60
    assert sum("องค์การบริหารส่วนจังหวัดสงขลา" in text for text in told.values()) > 10  # the walk sees what is there


def test_the_walk_finds_what_leaks(published: Path, client: Client) -> None:
    with transaction():
        db.session.query(Organisation).filter_by(code="2900101").one().name = MARK
    found = {where.split("?")[0] for where, text in everything(client, published) if MARK in text}
    assert {"/api/v1/organisations", "/api/v1/organisations.csv", "/api/v1/results.xlsx"} <= found


def test_a_coordinators_columns_are_all_marked() -> None:
    assert {"contact_name", "phone", "mobile", "email", "address", "executive_name"} <= set(personal_columns(Profile))
