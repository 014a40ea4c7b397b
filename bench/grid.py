"""The grid of a round with 500 projects, against the pages and the save it stands beside."""

from contextlib import ExitStack
from itertools import count
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import text

from app.db import db, transaction
from bench.counts import median_province
from bench.frame import Pair, benchmark
from bench.pages import (
    FORM,
    ROUND,
    YEAR,
    busy_lao,
    report_forms,
    signed_in,
    token_of,
    two_open_lines,
    version_of,
)

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


@benchmark("a cell of the grid saved / a report saved in place", sqlite=1, postgresql=1)
def save_cell(app: Flask, stack: ExitStack) -> Pair:
    lao_id = full_lao()
    cell, whole = two_open_lines(lao_id)
    line, headers = signed_in(app, stack, lao_id)
    page, _headers = line.ask("GET", f"/reporting/grid?year={YEAR}&round={ROUND}", headers)
    token = token_of(page)
    forms, cells = report_forms(token, version_of(whole)), report_forms(token, version_of(cell))
    here, there = (
        f"/reporting/grid/{cell}/{YEAR}/{ROUND}",
        f"/reporting/{whole}/{YEAR}/{ROUND}?year={YEAR}&round={ROUND}",
    )
    return (
        lambda: line.ask("POST", here, headers | FORM, next(cells)),
        lambda: line.ask("POST", there, headers | FORM | {"HX-Request": "true"}, next(forms)),
    )


@benchmark("bytes of a cell's save, both ways / 2,000", sqlite=1, postgresql=1, rounds=3, warm_up=1, unit="kB")
def bytes_of_a_save(app: Flask, stack: ExitStack) -> Pair:
    lao_id = full_lao()
    cell, _other = two_open_lines(lao_id)
    line, headers = signed_in(app, stack, lao_id)
    page, _headers = line.ask("GET", f"/reporting/grid?year={YEAR}&round={ROUND}", headers)
    token = token_of(page)
    cells = ((place, urlencode({"version": version_of(cell), "spent": f"{place}.25"})) for place in count())

    def exchanged() -> float:
        place, sent = next(cells)
        asked = headers | FORM | {"X-CSRFToken": token, "Idempotency-Key": f"{place:018}"}
        body, answered = line.ask("POST", f"/reporting/grid/{cell}/{YEAR}/{ROUND}", asked, sent)
        told = "".join(f"{name}: {value}\r\n" for each in (asked, answered) for name, value in each.items())
        return (len(sent) + len(body) + len(told.encode())) / 1000

    return exchanged, lambda: 2.0
