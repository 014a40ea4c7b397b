"""Keeping what a search found. Nobody acts here: a sign follows from what was reported, and goes when that changes."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from app.db import db, table
from app.lao.signs.queries import LaoSign
from app.models import Organisation, Sign, SignSearch
from app.models.enums import Round, SignKind

_S, _O = table(Sign).c, table(Organisation).c
SHARED = frozenset({SignKind.SAME_TEXT})
Key = tuple[int, SignKind, int | None]


def keep_province(code: str, year: int, round_: Round, found: Iterable[LaoSign], now: datetime) -> None:
    """Let the signs of a province's own reports be those that were found."""
    here = _S.organisation_id.in_(select(_O.id).where(_O.province_code == code))
    _keep([here, _S.kind.not_in(SHARED)], year, round_, found, now)


def keep_shared(year: int, round_: Round, found: Iterable[LaoSign], now: datetime) -> None:
    """Let the signs of what many LAOs have in common be those that were found."""
    _keep([_S.kind.in_(SHARED)], year, round_, found, now)


def note_search(year: int, round_: Round, now: datetime) -> None:
    search = db.session.get(SignSearch, (year, int(round_)))
    if search is None:
        db.session.add(SignSearch(fiscal_year=year, round=int(round_), searched_at=now))
    else:
        search.searched_at = now


def _keep(here: list[ColumnElement[bool]], year: int, round_: Round, found: Iterable[LaoSign], now: datetime) -> None:
    kept = _kept([*here, _S.fiscal_year == year, _S.round == int(round_)])
    seen = {(id_, sign.kind, sign.project_id): sign for id_, sign in found}
    moment = {"fiscal_year": year, "round": int(round_), "note": "", "version": 1}
    new = [_columns(key, sign) | moment for key, sign in seen.items() if key not in kept]
    if new:
        db.session.execute(insert(table(Sign)), new)
    for key, row in kept.items():
        if key in seen and (row.facts != seen[key].facts or row.gone_at):
            _change(row.id, facts=seen[key].facts, gone_at=None)
    gone = [row for key, row in kept.items() if key not in seen and row.gone_at is None]
    _forget([row.id for row in gone if row.verdict is None])
    for row in gone:
        if row.verdict is not None:
            _change(row.id, gone_at=now)


def _kept(wanted: list[ColumnElement[bool]]) -> dict[Key, Any]:
    columns = (_S.id, _S.organisation_id, _S.kind, _S.project_id, _S.facts, _S.gone_at, _S.verdict)
    rows = db.session.execute(select(*columns).where(*wanted))
    return {(row.organisation_id, row.kind, row.project_id): row for row in rows}


def _columns(key: Key, sign: Any) -> dict[str, Any]:
    organisation_id, kind, project_id = key
    named = {"organisation_id": organisation_id, "kind": kind, "project_id": project_id}
    return named | {"facts": sign.facts, "arose_at": sign.arose_at}


def _change(id_: int, **values: Any) -> None:
    """An officer who reads the old facts at this moment is told before judging."""
    db.session.execute(update(table(Sign)).where(_S.id == id_).values(version=_S.version + 1, **values))


def _forget(ids: Collection[int]) -> None:
    ordered = sorted(ids)
    for first in range(0, len(ordered), 500):
        db.session.execute(delete(table(Sign)).where(_S.id.in_(ordered[first : first + 500])))
