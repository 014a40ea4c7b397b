"""Rows drawn from a pattern are what Jinja would have drawn, escaped alike."""

from typing import NamedTuple

import pytest
from flask import Flask, render_template_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader

from app import rows as module
from app.lao.projects.queries import ProjectRow
from app.models.enums import ReviewStatus
from app.rows import Choices, RowTemplateError, drawn

words = st.text(max_size=40)


class Sample(NamedTuple):
    id: int
    name: str
    reason: str
    status: ReviewStatus
    editable: bool


samples = st.builds(Sample, st.integers(0, 99), words, words, st.sampled_from(list(ReviewStatus)), st.booleans())
PAGE = (
    '{% set link = "/" ~ r.id ~ "?" ~ r.query %}'
    '<p id="{{ r.id }}" title="{{ r.name }}">{{ r.name }} 100%{% if r.reason %}: {{ r.reason }}{% endif %}'
    '{{ r.reason or "–" }}{{ "some" if r.id else "none" }}{% if not r.name %}unnamed{% endif %}{{ r.status.label|e }}'
    '{% if r.editable and r.status == "approved" %}<a href="{{ link }}">x</a>{% endif %}</p>'
)


@pytest.fixture
def templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Templates made up for a test, by name."""
    pages = {"made up": PAGE}
    assert app.jinja_env.loader
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([DictLoader(pages), app.jinja_env.loader]))
    monkeypatch.setitem(app.extensions, "row-patterns", {})
    monkeypatch.setitem(app.extensions, "finished-rows", {})
    return pages


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(samples, max_size=6))
def test_a_row_is_what_jinja_draws(templates: dict[str, str], rows: list[Sample]) -> None:
    expected = "".join(render_template_string(PAGE, r={**row._asdict(), "query": "a=1&b=2"}) for row in rows)
    assert drawn(rows, "made up", query="a=1&b=2") == expected


def test_what_a_user_typed_is_never_markup_nor_a_place_to_fill_in(app: Flask) -> None:
    nasty = '<script>alert(1)</script> %(id)s \ue000id\ue001 \ue002 "quoted" & 5%'
    row = ProjectRow(7, 1, "โครงการ", nasty, "1.00", "มิติที่ 1", "2561", ReviewStatus.REJECTED, nasty, True)
    marks = dict.fromkeys(("saved", "unchanged", "namesake", "namesake_number", "namesake_year"), "")
    html = drawn([row], "lao/projects/_row.html", query="year=2561", **marks)
    assert "<script>" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt; %(id)s") == 2  # name, reason
    assert 'id="p7"' in html


class Seat(NamedTuple):
    row: int
    taken: bool


class Coach(NamedTuple):
    name: str
    seats: Choices


def test_choices_that_come_together_are_gone_through(templates: dict[str, str]) -> None:
    templates["coach"] = (
        '{% for seat in r.seats %}{% set at = r.name ~ "/" ~ seat.row %}'
        "{% if seat.taken %}<b>{{ at }}</b>{% else %}{{ at }}{% endif %};{% endfor %}"
    )
    coaches = [Coach(name, Choices((Seat(1, taken), Seat(2, True)))) for name, taken in (("ก&", True), ("ข", False))]
    assert drawn(coaches, "coach") == "<b>ก&amp;/1</b>;<b>ก&amp;/2</b>;ข/1;<b>ข/2</b>;"


@pytest.mark.parametrize(
    "asked",
    [
        "{{ r.name|length }}",
        "{{ r.name|upper }}",
        "{{ r.reason|default('–') }}",
        "{% if r.name == 'ครู' %}x{% endif %}",
        "{% if r.id > 7 %}x{% endif %}",
        "{% if 'ครู' in r.name %}x{% endif %}",
        "{% if r.name is defined %}x{% endif %}",
        "{{ r.id + 1 }}",
        "{{ r.name[:5] }}",
        "{{ {'a': 1}[r.name] }}",
        "{{ r.name.strip() }}",
        "{{ icon.get(r.name) }}",
        "{% set link = '/' ~ r.id %}\n{{ link|urlencode }}",
        "{% for letter in r.name %}x{% endfor %}",
        "{% for column in columns %}{{ r[column.name]|length }}{% endfor %}",
        "{% for letter in 'ab' %}{{ r.name }}{% endfor %}",
        "{% include 'lao/projects/_row.html' %}{% with x = r %}{% endwith %}",
        "{{ r }}",
        "{{ r.nmae }}",
        "{% if r.query == 'a' %}x{% endif %}",
    ],
)
def test_what_a_pattern_cannot_know_is_refused_with_its_line(templates: dict[str, str], asked: str) -> None:
    templates[asked] = f"<p>{{{{ r.name }}}}</p>\n{asked}"
    line = 3 if "\n" in asked else 2
    row = Sample(7, "ครู", "", ReviewStatus.PENDING, True)
    with pytest.raises(RowTemplateError, match=rf"line {line}: "):
        drawn([row], asked, query="a")


def test_patterns_are_kept_by_choices_alone_and_have_an_end(
    app: Flask, templates: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Noted(NamedTuple):
        status: ReviewStatus
        note: str  # words stand last: what stands there must not become part of the key

    templates["noted"] = "<p>{{ r.note }}</p>"
    noted = [Noted(ReviewStatus.PENDING, f"ที่ {number}") for number in range(50)]
    assert drawn(noted, "noted") == "".join(f"<p>ที่ {number}</p>" for number in range(50))
    patterns = app.extensions["row-patterns"]
    assert len(patterns) == 1
    monkeypatch.setattr(module, "MOST_PATTERNS", 3)
    for status in ReviewStatus:
        for note in ("", "x"):
            drawn([Noted(status, note)], "noted")
            assert len(patterns) <= 3


def test_a_finished_row_is_drawn_once_for_all_that_it_says(
    templates: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    made = list[str]()
    draw = module._made
    monkeypatch.setattr(module, "_made", lambda rows, *more: made.extend(row.name for row in rows) or draw(rows, *more))
    first, second = (Sample(1, name, "", ReviewStatus.APPROVED, True) for name in ("ก", "ข"))

    # when
    texts = [
        drawn([first, second], "made up", query="a=1"),
        drawn([second, first], "made up", query="a=1"),
        drawn([first, first._replace(reason="ซ้ำ")], "made up", query="a=1"),
        drawn([first], "made up", query="a=2"),
        drawn([first], "made up", query=""),
    ]

    # then
    assert made == ["ก", "ข", "ก", "ก", "ก"]
    assert texts[1] == texts[0][len(texts[0]) // 2 :] + texts[0][: len(texts[0]) // 2]
    assert "ซ้ำ" in texts[2]
    assert "a=2" in texts[3]


class Counted(NamedTuple):
    """As a Sample, but the last is a number: 1 and True are equal to Python."""

    id: int
    name: str
    reason: str
    status: ReviewStatus
    editable: int


def test_rows_of_two_kinds_that_are_equal_are_not_taken_for_each_other(templates: dict[str, str]) -> None:
    templates["last"] = "{{ r.editable }}"
    row = (1, "ก", "", ReviewStatus.APPROVED)
    assert drawn([Sample(*row, True)], "last") == "True"
    assert drawn([Counted(*row, 1)], "last") == "1"


def test_finished_rows_are_bounded_and_one_long_table_does_not_drive_out_the_others(
    app: Flask, templates: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(module, "ROWS_KEPT", 40)
    monkeypatch.setitem(app.extensions, "finished-rows", {})
    kept = app.extensions["finished-rows"]

    # when
    for start in range(0, 200, 8):
        rows = [Sample(start + n, "ก", "", ReviewStatus.PENDING, False) for n in range(8)]
        drawn(rows, "made up", query="")

        # then
        assert len(kept) <= 40
        assert {key[0] for key in kept} >= set(rows)

    # when
    before = set(kept)
    drawn([Sample(n, "ข", "", ReviewStatus.PENDING, False) for n in range(30)], "made up", query="")

    # then
    assert set(kept) == before


def test_a_row_of_many_words_is_not_kept(app: Flask, templates: dict[str, str]) -> None:
    long = Sample(1, "ก" * module.LONGEST_KEPT, "", ReviewStatus.PENDING, False)
    assert drawn([long], "made up", query="") == drawn([long], "made up", query="")
    assert app.extensions["finished-rows"] == {}
