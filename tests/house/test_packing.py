"""Answers are packed for whoever can read that; what a secret stands in goes as it is: no length tells of it."""

import re
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from flask import Flask, g, session
from flask_wtf.csrf import generate_csrf
from isal import igzip
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from app import packing, static_files
from app.access import Actor
from app.citizens.public import cache
from app.models.enums import Role
from app.tokens import csrf_token, form_account, mask, token_seed, unmask
from tests.client import TOKEN, Client
from tests.factories import facts, make_lao, make_project, make_staff, project_form
from tests.pages import enter, fields, form_token

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ROOT = Path(__file__).parents[2]
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": igzip.decompress,
    "zstd": zstd.decompress,
    "br": brotli.decompress,
    "": bytes,
}
ALL = {"Accept-Encoding": "gzip, deflate, br, zstd"}
OWN = {"Sec-Fetch-Site": "same-origin"}
# Fields that hold sealed words; the page of a reset has its key in the form's address.
SEALED = ("resume", "asked", "offer", "sealed")


def coding(answer: TestResponse) -> str:
    return answer.headers.get("Content-Encoding", "")


def page_of(answer: TestResponse) -> str:
    return UNPACK[coding(answer)](answer.data).decode()


# --- what is packed, and how -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("gzip;q=0, zstd;q=0", ""),
        ("zstd;q=0, *", "gzip"),
        ("identity", ""),
        ("", ""),
        ("\x00,;;q=x" * 90, ""),
    ],
)
def test_a_page_goes_in_a_coding_that_its_browser_reads(app: Flask, client: Client, asked: str, given: str) -> None:
    enter(client, make_lao().account_id)
    answer = client.get("/home", headers={"Accept-Encoding": asked})
    assert coding(answer) == given
    assert "<h1>" in page_of(answer)
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"]
    head = client.head("/home", headers={"Accept-Encoding": asked})
    assert (coding(head), head.data) == (given, b"")


@pytest.mark.parametrize(
    ("asked", "given"), [("gzip, deflate, br, zstd", "br"), ("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", "")]
)
def test_a_long_list_goes_in_the_smallest_coding_that_its_browser_reads(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, asked: str, given: str
) -> None:
    # given
    monkeypatch.setattr(packing, "LONG", range(8_000, 500_000))
    lao = make_lao()
    for number in range(9):
        make_project(lao, facts(f"โครงการที่ {number}"))
    enter(client, lao.account_id)

    # when
    answer = client.get("/projects?year=2561", headers={"Accept-Encoding": asked})

    # then
    assert coding(answer) == given
    assert "โครงการที่ 8" in page_of(answer)
    if given:
        assert len(answer.data) <= len(packing.packed(page_of(answer).encode(), "gzip")), "smaller than in haste"
    file = client.get("/projects/table.csv?year=2561", headers={"Accept-Encoding": asked})
    assert coding(file) != "br", "a file has no page that waits for it"


def test_what_is_short_or_packed_by_itself_is_left_alone(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_project(lao)
    enter(client, lao.account_id)
    for path in ("/healthz", "/nowhere", "/projects/file.xlsx?year=2561", "/static/fonts/sarabun-400.woff2"):
        answer = client.get(path, headers={**ALL, "HX-Request": "true"})
        assert coding(answer) == "", path
        answer.close()


def test_a_page_that_the_browser_has_is_not_sent_again_in_any_coding(app: Flask, client: Client) -> None:
    officer = make_staff("officer65", Role.OFFICER, "65")
    make_project(make_lao())
    enter(client, officer.id)
    table = "/reports/province?province=65&year=2561&round=6"
    first = client.get(table, headers=ALL)
    assert (coding(first), first.headers["ETag"][:3]) == ("zstd", 'W/"')
    for more in (ALL, {}):
        known = client.get(table, headers={**more, "If-None-Match": first.headers["ETag"]})
        assert (known.status_code, known.data, coding(known)) == (304, b"", "")
        assert "Accept-Encoding" in known.headers["Vary"]


def test_a_page_for_all_is_packed_once_in_each_coding(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def packed(body: bytes, coding: str) -> bytes:
        made.append(coding)
        return packing.packed_for_all(body, coding)

    monkeypatch.setattr(cache, "packed_for_all", packed)
    for asked in ("br", "br, gzip", "gzip", "gzip", "zstd", "identity", "br"):
        answer = Client(app).get("/public", headers={"Accept-Encoding": asked})
        assert "<h1>" in page_of(answer)
        assert "Accept-Encoding" in answer.headers["Vary"]
        known = Client(app).get("/public", headers={"If-None-Match": answer.headers["ETag"], "Accept-Encoding": asked})
        assert (known.status_code, coding(known)) == (304, "")
    assert made == ["br", "gzip", "zstd"]


# --- secrets ---------------------------------------------------------------------------------------------------------
def test_a_token_has_other_letters_in_each_answer_and_stays_good(app: Flask, client: Client) -> None:
    # given a page with more than one form
    lao = make_lao()
    enter(client, lao.account_id)
    pages = [client.get("/home").text for _time in range(3)]
    tokens = [set(TOKEN.findall(page)) | set(re.findall('csrf-token" content="([^"]+)', page)) for page in pages]
    # then it is one in a page, and no part of it is in the next page's
    assert [len(each) for each in tokens] == [1, 1, 1]
    first, second, _third = (each.pop() for each in tokens)
    assert not {first[at : at + 5] for at in range(len(first) - 4)} & {second[at : at + 5] for at in range(len(second))}
    # and each is as good as the newest, in a field and in a header
    for at, sent in enumerate((first, second, first)):
        form = project_form({"name": f"โครงการ {at}"}) | ({"csrf_token": sent} if at else {})
        assert client.post("/projects/new", data=form, headers={"X-CSRFToken": sent}).status_code == 302


@pytest.mark.parametrize("text", ["", "x", "ก", "a.b.c", "AAAA", "=" * 12, "_" * 200, "\ud800"])
def test_what_is_no_token_is_nobodys(app: Flask, text: str) -> None:
    assert isinstance(unmask(text), str)
    with app.test_request_context(method="POST", headers={"X-CSRFToken": ""}, data={"csrf_token": "x"}):
        assert form_account() is None


def test_a_token_of_the_program_before_is_still_good(app: Flask) -> None:
    token = form_token(7)
    assert unmask(mask(token)) == unmask(token) == token
    with app.test_request_context(method="POST", data={"csrf_token": mask(token)}):
        assert form_account() == 7


def test_a_session_that_begins_half_way_has_a_token_of_its_own(app: Flask) -> None:
    with app.test_request_context():
        before = csrf_token()
        session["csrf_token"] = token_seed(7)
        g.pop("csrf_token")
        assert unmask(csrf_token()) == generate_csrf() != unmask(before)


def test_sealed_words_are_printed_as_secrets_only() -> None:
    hidden = re.compile(rf'name="(?:{"|".join(SEALED)})"\s+value="([^"]*)"')
    printed = [found for path in (ROOT / "templates").rglob("*.html") for found in hidden.findall(path.read_text())]
    assert len(printed) >= 9
    assert [each for each in printed if not each.endswith("|secret }}")] == []
    for page, printed_link in (("accounts/reset", "{{ token"), ("nacc/administration/link", "{{ link")):
        text = (ROOT / "templates" / f"{page}.html").read_text()
        assert text.count(printed_link) == text.count(f"{printed_link}|secret }}}}") == 1


def _carried_along(client: Client, lao: Actor, typed: str) -> TestResponse:
    client.delete_cookie("eplannacc")
    form = project_form({"objective": typed}) | {"csrf_token": form_token(lao.account_id)}
    return client.post("/projects/new", data=form, headers={**OWN, **ALL})


def _wrong_password(client: Client, lao: Actor, typed: str) -> TestResponse:
    page = _carried_along(client, lao, "x")
    form = fields(page.text) | {"username": typed, "password": "wrong"}
    return client.post("/login", data=form, headers={**OWN, **ALL})


@pytest.mark.parametrize("page", [_carried_along, _wrong_password])
def test_a_page_with_sealed_words_goes_as_it_is(
    app: Flask, client: Client, page: Callable[[Client, Actor, str], TestResponse]
) -> None:
    lao = make_lao()
    first, again, longer = (page(client, lao, typed) for typed in ("abcdefgh", "abcdefgh", "abcdefgh" * 9))
    assert [coding(each) for each in (first, again, longer)] == ["", "", ""]
    assert fields(first.text)["resume"]
    assert "no-transform" in first.headers["Cache-Control"], "nor does a proxy pack it that keeps to the rules"
    assert len(first.data) == len(again.data)


@pytest.mark.parametrize(
    ("said", "given"), [("no-store", ""), ("private, no-store", ""), ("private, no-cache", "zstd")]
)
def test_what_may_not_be_kept_is_not_packed(app: Flask, said: str, given: str) -> None:
    with app.test_request_context(headers=ALL):
        page = Response("<p>" + "x" * 5000, mimetype="text/html", headers={"Cache-Control": said})
        assert packing.pack(page).headers.get("Content-Encoding", "") == given
        assert ("no-transform" in page.headers["Cache-Control"]) is ("no-store" in said)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_made_the_browser_ask_for_is_not_packed(app: Flask, client: Client, site: str) -> None:
    enter(client, make_lao().account_id)
    assert coding(client.get("/home?q=guess", headers={**ALL, "Sec-Fetch-Site": site})) == ""
    assert coding(client.get("/home?q=guess", headers={**ALL, "Sec-Fetch-Site": "none"})) == "zstd"


# --- static files ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["app.js", "drafts.js", "style.css", "style-but-nacc.css", "icons.svg"])
def test_a_static_text_is_the_same_in_each_coding_and_kept_for_ever(app: Flask, client: Client, name: str) -> None:
    address = _asset(app, name)
    texts = set()
    for asked in ("br", "zstd", "gzip", "identity"):
        answer = client.get(address, headers={"Accept-Encoding": asked})
        assert coding(answer) == asked.replace("identity", "")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        texts.add(page_of(answer))
    assert len(texts) == 1


def test_a_static_text_asked_for_by_its_name_is_asked_again(app: Flask, client: Client) -> None:
    tags = set()
    for asked in ({}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "br"}):
        first = client.get("/static/app.js", headers=asked)
        tags.add(first.headers["ETag"])
        again = client.get("/static/app.js", headers={**asked, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert len(tags) == 3  # strong ones, each of its coding
    part = client.get("/static/app.js", headers={"Accept-Encoding": "br", "Range": "bytes=0-9"})
    assert (part.status_code, len(part.data), coding(part)) == (206, 10, "")


@pytest.mark.parametrize("name", ["app.js", "style.css", "fonts/sarabun-400.woff2"])
def test_what_is_asked_for_by_the_address_of_another_program_is_not_kept_for_ever(
    app: Flask, client: Client, name: str
) -> None:
    """While a new program takes over, the old one is asked for what only the new one has, and the other way round."""
    for address in (f"/static/{name}?v=0123456789", f"{_asset(app, name)}&x=1"):
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"].endswith("no-cache")
            assert answer.headers["ETag"]


def test_a_static_text_is_packed_once(app: Flask, client: Client) -> None:
    packing.packed_once.cache_clear()
    for _time in range(3):
        client.get(_asset(app, "app.js"), headers=ALL)
    assert packing.packed_once.cache_info().misses == 1


def test_scripts_are_sent_without_comments_and_are_otherwise_what_is_written(app: Flask, client: Client) -> None:
    """A line that begins with // is a comment wherever it stands: no text of a script runs over more than one line."""
    for path in (ROOT / "static").glob("*.js"):
        lines = path.read_text().splitlines()
        assert [line for line in lines if line.count("`") % 2] == [], path.name
        assert not any("/*" in line for line in lines), path.name
        if path.name not in static_files.TOGETHER:
            kept = [line.strip() for line in lines if line.strip() and not line.strip().startswith("//")]
            for line, sent in zip(kept, client.get(f"/static/{path.name}").text.splitlines(), strict=True):
                aside = line.removeprefix(sent)
                assert sent
                assert not aside or re.fullmatch(r" +// [^\"'`]+", aside), line
                assert " // " not in sent or re.search("[\"'`]", sent.partition(" // ")[2]), line
    assert "/*" not in client.get("/static/style.css").text


def test_a_style_sheet_names_its_fonts_by_what_is_in_them(app: Flask, client: Client) -> None:
    sheet = client.get("/static/style.css").text
    fonts = re.findall(r"url\(/static/(fonts/[^)]+)\)", sheet)
    assert len(fonts) == 4
    for font in fonts:
        with client.get(f"/static/{font}") as answer:
            assert answer.headers["Cache-Control"].endswith("immutable")
        assert _asset(app, font.partition("?")[0]) == f"/static/{font}"


WORN = re.compile(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\}|\{)*)"', re.DOTALL)


def test_the_part_of_the_sheet_that_only_nacc_is_sent_is_worn_by_nothing_else() -> None:
    """Each of its selectors names at least a class or an id that no other door's page has."""
    part = re.search(r"6 NACC ===== \*/(.*?)/\* ===== 7 ", (ROOT / "static" / "style.css").read_text(), re.DOTALL)
    assert part
    rules = re.sub(r"/\*.*?\*/", "", part[1], flags=re.DOTALL)
    pages = [path.read_text() for path in (ROOT / "templates").rglob("*.html") if "nacc" not in path.parts]
    words = set(re.findall(r"[\w-]+", " ".join(each for page in pages for each in WORN.findall(page))))
    ids = set(re.findall(r'\bid="([\w-]+)"', " ".join(pages)))
    selectors = [
        each.strip() for block in re.findall(r"^([^\s{}@&][^{}]*)\{", rules, re.MULTILINE) for each in block.split(",")
    ]
    assert len(selectors) > 40
    for selector in selectors:
        names = set(re.findall(r"\.([A-Za-z][\w-]*)", selector)), set(re.findall(r"#([\w-]+)", selector))
        assert names[0] - words or names[1] - ids, selector


def _asset(app: Flask, name: str) -> str:
    return str(app.jinja_env.globals["asset"](name))  # type: ignore[operator]


def test_gzip_is_a_member_with_a_check_sum_that_any_reader_takes() -> None:
    for packed in (packing.packed(b"x" * 900, "gzip"), packing.packed_for_all(b"x" * 900, "gzip")):
        assert zlib.decompress(packed, wbits=31) == b"x" * 900
