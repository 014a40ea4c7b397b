"""The grid of a round with 500 projects, against the pages and the save it stands beside."""

from contextlib import ExitStack

from flask import Flask
from sqlalchemy import text

from app.db import db, transaction
from bench.counts import median_province
from bench.frame import Pair, benchmark
from bench.pages import ROUND, YEAR, busy_lao, signed_in

MANY = 500


@benchmark("the grid of 500 projects opened / the report list of 100", sqlite=1.3, postgresql=1.3)
def open_grid(app: Flask, stack: ExitStack) -> Pair:
    line, headers = signed_in(app, stack, full_lao())
    pages = [f"{path}?year={YEAR}&round={ROUND}" for path in ("/reporting/grid", "/reporting")]
    grid, listed = (line.ask("GET", page, headers)[0].count(b"<tbody") for page in pages)
    assert (grid, listed) == (MANY, 100), "the pages do not show what is to be compared"
    return lambda: line.ask("GET", pages[0], headers), lambda: line.ask("GET", pages[1], headers)


def full_lao() -> int:
    """A busy LAO that takes over others' projects until it has exactly 500 of the year."""
    lao_id = busy_lao()
    place = {"province": median_province(), "year": YEAR, "lao": lao_id}
    of_year = "SELECT project_id FROM project_years WHERE fiscal_year = :year AND counted AND organisation_id"
    with transaction():
        own = db.session.scalar(text(f"SELECT count(*) FROM ({of_year} = :lao) own"), place) or 0
        moved = text(
            "UPDATE projects SET organisation_id = :lao, province_code = :province "
            f"WHERE id IN ({of_year} <> :lao ORDER BY project_id LIMIT :more)"
        )
        db.session.execute(moved, place | {"more": max(0, MANY - own)})
    return lao_id
