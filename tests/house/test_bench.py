"""What measures can be run: each row has a name of its own, and those by wrk answer on a small country."""

from collections import Counter
from dataclasses import replace

import pytest

from bench.__main__ import ALONE_REGISTRY, REGISTRY
from bench.frame import table
from bench.peers.rows import REGISTRY as PEERS
from bench.run import named, run

ENGINES = {"sqlite", "postgresql"}


def test_each_row_has_a_name_of_its_own_and_a_limit_on_each_engine() -> None:
    rows = [*REGISTRY, *PEERS]
    names = Counter(row.name for row in [*rows, *ALONE_REGISTRY])

    assert [name for name, times in names.items() if times > 1] == []
    assert {row.name for row in rows if set(row.limits) != ENGINES} == set()
    assert all(" / " in name for name in names), "a row says what it is compared with"


def test_peers_are_measured_by_bench_peers_alone() -> None:
    assert len(PEERS) == 8
    assert not {row.name for row in PEERS} & {row.name for row in REGISTRY}


def test_rows_by_wrk_run_on_a_small_country(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a page and a save
    for name in ("BENCH_DATABASE_URL", "TEST_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    rows = [
        replace(row, rounds=1, warm_up=0) for row in named(REGISTRY, ["by wrk / bare route"]) if "1 client" in row.name
    ]

    # when
    results, failed = run(rows, [], 0.01)

    # then
    assert failed == 0
    assert [result.name for result in results] == [row.name for row in rows]
    assert len(results) == 4
    assert all(result.ours > result.base > 0 for result in results), table(results)
