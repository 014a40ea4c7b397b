"""Of pages with the same tags one is read letter by letter (tests/client.py): an error is found in every other."""

from html.parser import HTMLParser

import pytest

from tests.client import check_page
from tests.pages import tags

PAGE = """<!doctype html><html lang="th"><head><title>หน้า – ระบบ</title><meta name="description"
content="ทดลอง"></head><body><h1>หน้า</h1>
<form method="get" action="/projects"><input name="q" type="search" value="ก"><select name="s"><option value="1">หนึ่ง
</option><option value="2" selected>สอง</option></select></form>
<p>โครงการ &amp; กิจกรรม <a href="/projects?year=2561&amp;page=1">1</a></p>
<table><tbody><tr><td>ก</td></tr><tr><td>ข</td></tr></tbody></table><ul><li>ก</li><li>ข</li></ul></body></html>"""
ERRORS = {
    "a lone ampersand": ("โครงการ &amp;", "โครงการ &b;"),
    "an ampersand in an address": ("2561&amp;page", "2561&x;"),
    "a lone <": ("กิจกรรม", "< กิจกรรม"),
    "a letter that is none": ("กิจกรรม", "\x01"),
    "one in a value": ('value="ก"', 'value="\x01"'),
    "an attribute twice": ('name="q"', 'name="q" name="r"'),
    "no space between attributes": ('name="q" type', 'name="q"type'),
    "a quote in a value": ('value="ก"', 'value="ก"ข"'),
    "an end without a beginning": ("</p>", "</b></p>"),
    "no end": ("โครงการ", "<b>โครงการ"),
    "no end in a row": ("<td>ข", "<td><b>ข"),
    "no end in every row": ("<td>", "<td><b>"),
    "a form in a form": ("<select", '<form action="/x"></form><select'),
    "a visible field between rows": ("<tbody>", '<tbody><input type="text" name="x">'),
    "no doctype": ("<!doctype html>", ""),
}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_found_though_the_page_without_it_was_read(error: str) -> None:
    check_page(PAGE)
    old, new = ERRORS[error]
    assert old in PAGE
    wrong = PAGE.replace(old, new)
    for page in (wrong, wrong.replace("หนึ่ง", "สาม").replace("page=1", "page=2")):
        with pytest.raises(AssertionError, match="HTML errors"):
            check_page(page)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<p>", '<p id="a"><i id="a"></i>', "ids twice"),
        ("<p>", "<h1>สอง</h1><p>", "h1"),
        ("<h1>หน้า", "<h1>อื่น", "is not of h1"),
        ('action="/projects"', 'action="#"', "real action"),
        ('method="get"', 'method="post"', "no CSRF token"),
    ],
)
def test_what_a_page_must_hold_is_asked_of_each(old: str, new: str, told: str) -> None:
    check_page(PAGE)
    with pytest.raises(AssertionError, match=told):
        check_page(PAGE.replace(old, new))


class Tags(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = [*getattr(self, "found", []), (tag, {name: value or "" for name, value in attrs})]


def test_tags_are_those_that_a_parser_finds() -> None:
    page = f"{PAGE}<!-- <b> --><br/><input value=5 disabled data-x='a > b'><script>'<i>'</script><svg viewBox='0'/>"
    parser = Tags()
    parser.feed(page)
    assert tags(page) == parser.found
