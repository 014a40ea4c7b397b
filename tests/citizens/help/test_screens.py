"""The manual tells of this system: each picture's screen still exists, each label it quotes is still on some screen."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.citizens.help.chapters import BY_NAME, NEWS, QUESTIONS
from app.citizens.help.rules import PICTURE_WIDTH, Screen
from app.citizens.help.screens import SCREENS
from app.db import db, transaction
from app.models import Account, Organisation
from app.models.enums import PlaceKind, Round
from app.registry.operations import load_registry
from app.seeds.demo import load_demo
from tests.client import Client, text_of
from tests.factories import NOW
from tests.pages import elements, enter, tags

ROOT = Path(__file__).parents[3]
MANUAL = ROOT / "templates" / "citizens" / "help"
PICTURES = ROOT / "static" / "help"
MOST_BYTES = 1_500_000
LABEL = re.compile(r'\b(?:ui|shown)\("([^"]+)"(?:, "[^"]+")?\)')
BETWEEN = re.compile(r'[<>"{}]')
QUOTED = re.compile("“([^”]+)”")


def test_every_chapter_has_its_picture_and_no_picture_is_left_over() -> None:
    assert set(SCREENS) == set(BY_NAME)
    assert {path.name for path in PICTURES.iterdir()} == {f"{name}.webp" for name in SCREENS}
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES


@pytest.mark.parametrize("name", SCREENS)
def test_a_picture_has_the_size_the_page_keeps_free_for_it(name: str) -> None:
    assert webp_size((PICTURES / f"{name}.webp").read_bytes()) == (PICTURE_WIDTH, SCREENS[name].height)


def webp_size(picture: bytes) -> tuple[int, int]:
    """Width and height as the head of an extended WebP tells them, each less one in 24 bits."""
    assert (picture[:4], picture[8:16]) == (b"RIFF", b"WEBPVP8X")
    return int.from_bytes(picture[24:27], "little") + 1, int.from_bytes(picture[27:30], "little") + 1


def test_every_screen_of_the_manual_still_exists(app: Flask, client: Client) -> None:
    """One demo for all of them: loading it costs more than opening every screen."""
    with transaction():
        load_registry()
        load_demo(NOW)
    found = {name: faults(client, screen) for name, screen in SCREENS.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    _planted_changes_are_found(client)


def _planted_changes_are_found(client: Client) -> None:
    screen = SCREENS["lao-report"]
    for planted, word in (
        (replace(screen, address="/reporting-of-old"), "404"),
        (replace(screen, who=""), "302"),
        (replace(screen, press="ปุ่มที่ไม่มี"), "ปุ่มที่ไม่มี"),
        (replace(screen, to=".gone"), ".gone"),
        (replace(screen, words=("คำที่ไม่มีบนหน้า",)), "คำที่ไม่มีบนหน้า"),
    ):
        assert word in faults(client, planted)[0]


def faults(client: Client, screen: Screen) -> list[str]:
    """What is missing where the script takes the picture."""
    _sign_in(client, screen.who)
    answer = client.get(screen.address.split("#")[0])
    if answer.status_code != 200:
        return [f"{screen.address}: {answer.status_code}"]
    html = answer.text
    if screen.press:
        link = next((link for link in elements(html, "a") if screen.press.strip() in _name(link)), None)
        if link is None:
            return [f"no link {screen.press}"]
        html += client.get(link.get("data-hx-get") or link.get("href"), headers={"HX-Request": "true"}).text
    missing = [word for word in screen.words if word not in html]
    return missing + ([screen.to] if screen.to and not _holds(html, screen.to) else [])


def _sign_in(client: Client, username: str) -> None:
    client.delete_cookie("eplannacc")
    if username:
        coded = select(Account.id).join(Organisation, isouter=True)
        statement = coded.where((Account.username == username) | (Organisation.code == username))
        enter(client, db.session.execute(statement).scalar_one())


def _name(link: Any) -> str:
    return link.get("aria-label") or text_of(link)


def _holds(html: str, selector: str) -> bool:
    kind, name = ("id" if selector[0] == "#" else "class"), selector[1:]
    return any(name in attributes.get(kind, "").split() for _tag, attributes in tags(html))


def test_every_label_of_the_manual_is_on_some_screen() -> None:
    known = words_of_the_screens()
    assert [label for label in labels() if label not in known] == []


def test_a_label_that_is_no_longer_anywhere_is_found() -> None:
    """A part of a label is no label: the whole words must stand on a screen."""
    known = words_of_the_screens()
    assert not {"ปุ่มที่ไม่มี", "บันทึกการ", "เพิ่มโครงการถัดไป"} & known
    assert {"บันทึก", "รอบ 6 เดือน", "ลองอีกครั้ง", "Excel", "Username"} <= known


def test_labels_are_written_so_that_they_can_be_checked() -> None:
    for path in MANUAL.glob("_*.html"):
        source = path.read_text()
        assert len(re.findall(r'\{\{ ?(?:ui|shown)\((?!"รอบ %d)', source)) == len(LABEL.findall(source)), path.name


def labels() -> Iterator[str]:
    for path in sorted(MANUAL.glob("_*.html")):
        yield from LABEL.findall(path.read_text())
    for told in (*(question.text for question in QUESTIONS), *(line for news in NEWS for line in news.lines)):
        yield from QUOTED.findall(told)


def words_of_the_screens() -> set[str]:
    """All that templates, scripts and Thai sentences of the app show, piece by piece, without the manual itself."""
    found = {round_.label for round_ in Round} | {f"ราย{kind.label}" for kind in PlaceKind}
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").glob("*.js")]:
        if MANUAL not in path.parents:
            pieces = BETWEEN.split(path.read_text().replace("%s", "…"))
            found |= {" ".join(piece.split()) for piece in pieces}
            found |= {line.strip() for piece in pieces for line in piece.split("\n")}
    for path in (ROOT / "app").rglob("*.py"):
        if path.parent.name != "help":
            nodes = ast.walk(ast.parse(path.read_text()))
            found |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return found
