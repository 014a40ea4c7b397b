"""What a reader of the manual gets: contents, chapters, a search, answers, whom to ask."""

import re

import pytest
from flask import Flask

from app.citizens.help.chapters import BY_NAME, CHAPTERS, NEWS, QUESTIONS
from app.citizens.help.rules import ManualPart
from app.db import transaction
from app.models.enums import Role
from tests.client import Client
from tests.factories import make_account, make_lao, make_organisation, make_staff
from tests.pages import enter, tags


def test_the_front_page_leads_to_every_chapter_and_question_and_names_the_contact(app: Flask, client: Client) -> None:
    page = client.get("/help").text
    hrefs = {attributes.get("href") for _tag, attributes in tags(page)}
    assert {chapter.path for chapter in CHAPTERS} <= hrefs
    assert {question.path for question in QUESTIONS} <= hrefs
    assert {f"/help/{part.value}" for part in ManualPart} | {"/help/new"} <= hrefs
    assert app.config["CONTACT"] in page


def test_a_part_holds_all_its_chapters_to_be_printed(app: Flask, client: Client) -> None:
    for part in ManualPart:
        found = tags(client.get(f"/help/{part.value}").text)
        inside = [chapter for chapter in CHAPTERS if chapter.part is part]
        ids = {attributes.get("id") for _tag, attributes in found}
        anchors = {attributes["href"] for tag, attributes in found if tag == "a" and "href" in attributes}
        assert {chapter.key for chapter in inside} <= ids
        assert {f"#{chapter.key}" for chapter in inside} <= anchors
        assert sum(tag == "figure" for tag, _attributes in found) == len(inside)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_chapter_has_steps_a_picture_and_its_neighbours(app: Flask, client: Client, name: str) -> None:
    page = client.get(BY_NAME[name].path).text
    found = tags(page)
    assert any(tag == "li" for tag, _attributes in found)
    picture = next(attributes for tag, attributes in found if tag == "img")
    assert picture["loading"] == "lazy"
    assert {"width", "height", "alt"} <= set(picture)
    assert picture["alt"]
    with client.get(picture["src"]) as file:
        assert file.mimetype == "image/webp"
    turns = {attributes.get("rel") for tag, attributes in found if tag == "a"} & {"prev", "next"}
    assert turns


def test_what_is_not_in_the_manual_is_not_found(app: Flask, client: Client) -> None:
    for path in ("/help/nobody", "/help/lao/nothing", "/help/lao/years-file", "/help/nobody/start"):
        assert client.get(path).status_code == 404, path


def test_the_manual_can_be_searched(app: Flask, client: Client) -> None:
    page = client.get("/help?q=คีย์ลัด").text
    assert "พบ 1 เรื่อง" in page
    assert 'href="/help/officer/review"' in page
    assert 'href="/help/questions#income"' in client.get("/help?q=รายได้ ปีงบประมาณ").text
    near = client.get("/help?q=คี่ลัด").text
    assert "ไม่พบ “คี่ลัด” ในคู่มือ" in near
    assert "เรื่องที่ใกล้เคียง" in near
    assert 'href="/help/officer/review"' in client.get("/help?q=คียลัด").text
    assert "ไม่พบ “&lt;b&gt;” ในคู่มือ" in client.get("/help?q=<b>").text
    assert client.get("/help?q=" + "ก" * 5000).status_code == 200


def test_every_question_has_an_answer_with_an_anchor(app: Flask, client: Client) -> None:
    page = client.get("/help/questions").text
    for question in QUESTIONS:
        answer = re.search(rf'<h3 id="{question.key}">.*?</h3>(.*?)</section>', page, re.DOTALL)
        assert answer, question.key
        assert len(re.sub(r"<[^>]*>", "", answer[1]).strip()) > 20, question.key
    assert app.config["CONTACT"] in page
    assert "ร้อยละ 80 ขึ้นไป" in page
    assert "ร้อยละ 20 ขึ้นไป แต่ไม่ถึง 50" in page


def test_what_is_new_is_told_latest_first(app: Flask, client: Client) -> None:
    page = client.get("/help/new").text
    assert all(line in page for news in NEWS for line in news.lines)
    assert [news.day for news in NEWS] == sorted((news.day for news in NEWS), reverse=True)


def test_the_activation_code_is_told_only_where_it_is_asked(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "รหัสเปิดใช้งาน" not in client.get("/help/lao/start").text
    monkeypatch.setitem(app.config, "FIRST_LOGIN_CODE_REQUIRED", True)
    assert "รหัสเปิดใช้งาน" in client.get("/help/lao/start").text


def opens(page: str) -> bool:
    return "เปิดหน้านี้" in page


def test_a_chapter_leads_to_its_screen_only_for_those_who_may_open_it(app: Flask, client: Client) -> None:
    own, foreign, public = "/help/lao/report", "/help/officer/review", "/help/citizen/map"
    assert [opens(client.get(path).text) for path in (own, foreign, public)] == [False, False, True]
    enter(client, make_lao().account_id)
    assert [opens(client.get(path).text) for path in (own, foreign, public)] == [True, False, True]
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    assert [opens(client.get(path).text) for path in (own, foreign, public)] == [False, True, True]
    assert not opens(client.get("/help/officer/admin").text)
    with transaction():
        claimant = make_account(make_organisation("2900101"), claimed=False).id
    enter(client, claimant, claiming=True)
    assert not opens(client.get(own).text)


def test_the_menu_of_a_screen_leads_to_its_chapter(app: Flask, client: Client) -> None:
    enter(client, make_lao().account_id)
    for path, chapter in (("/reporting", "report"), ("/projects/new", "record"), ("/home", "home")):
        page = client.get(path).text
        assert f'href="/help/lao/{chapter}">' in page, path
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    assert 'href="/help/officer/waiting">' in client.get("/nacc/waiting").text
    assert 'href="/help/lao/province">' in client.get("/reports/province").text
    assert 'href="/help/officer">' in client.get("/nacc/history/6650807").text
