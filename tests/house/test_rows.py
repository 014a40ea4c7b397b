"""Rows drawn from a pattern are what Jinja would have drawn, escaped alike."""

from typing import NamedTuple

import pytest
from flask import Flask, render_template_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models.enums import ReviewStatus
from app.projects.queries import ProjectRow
from app.rows import drawn

words = st.text(max_size=40)


class Sample(NamedTuple):
    id: int
    name: str
    reason: str
    status: ReviewStatus
    editable: bool


samples = st.builds(Sample, st.integers(1, 99), words, words, st.sampled_from(list(ReviewStatus)), st.booleans())
PAGE = (
    '<p id="{{ r.id }}" title="{{ r.name }}">{{ r.name }} 100%{% if r.reason %}: {{ r.reason }}{% endif %}'
    '{% if r.editable and r.status == "approved" %}<a href="/{{ r.id }}?{{ r.query }}">x</a>{% endif %}</p>'
)


@pytest.fixture
def templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr("app.rows.render_template", lambda _name, **context: render_template_string(PAGE, **context))
    return app


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(samples, max_size=6))
def test_a_row_is_what_jinja_draws(templates: Flask, rows: list[Sample]) -> None:
    expected = "".join(render_template_string(PAGE, r={**row._asdict(), "query": "a=1&b=2"}) for row in rows)
    assert drawn(rows, "made up", query="a=1&b=2") == expected


def test_what_a_user_typed_is_never_markup_nor_a_place_to_fill_in(app: Flask) -> None:
    nasty = '<script>alert(1)</script> %(id)s \ue000id\ue001 \ue002 "quoted" & 5%'
    row = ProjectRow(7, 1, "โครงการ", nasty, "1.00", "มิติที่ 1", "2561", ReviewStatus.REJECTED, nasty, True)
    html = drawn([row], "projects/_row.html", query="year=2561", saved="")
    assert "<script>" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt; %(id)s") == 4  # name, its two buttons, reason
    assert 'id="p7"' in html
