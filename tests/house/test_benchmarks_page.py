"""docs/benchmarks.md says what was measured: its tables and plots are those of the results that are kept."""

import pytest

from docs import benchmarks


def test_the_tables_are_those_of_the_results() -> None:
    assert benchmarks.PAGE.read_text() == benchmarks.page(), "run `python -m docs.benchmarks`"


def test_the_plots_are_those_of_the_results() -> None:
    assert {name: (benchmarks.FOLDER / name).read_text() for name in benchmarks.plots()} == benchmarks.plots()


def test_a_row_that_got_faster_stands_beside_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    row = {"name": "a page / a bare route", "engine": "sqlite", "unit": "ms", "ours": 9.0, "base": 0.3, "limit": 12.0}
    then, now = row | {"ratio": 30.0, "low": 28.0, "high": 33.0}, row | {"ratio": 11.0, "low": 10.0, "high": 13.0}
    monkeypatch.setattr(benchmarks, "rows", {"before": {"a": then}, "now": {"a": now}}.get)

    # when
    table, plot = benchmarks.table("pages"), benchmarks.plot("pages", "Times the goal")

    # then
    assert "| a page / a bare route | 12 | **30** (28-33); 9 / 0.3 ms | **11** (10-13); 9 / 0.3 ms |" in table
    assert plot.count('class="b"') == plot.count('class="w"') == 2  # one bar, and its place in the legend
    assert ">2.5</text>" in plot
    assert ">0.917</text>" in plot
