"""Results of rounds that closed, from what was fixed; and which LAOs are live. It is public: no actor is asked for.

`counts.py` and `sums.py` of reporting put both together: nobody else has to know which is which. What is fixed is found
under the province it was fixed in, whatever the registry says by now.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, literal_column, select

from app import clock
from app.db import db, read_once, table
from app.lao.fixed_rounds.queries import without_result
from app.lao.reporting.rules import Counts, Money, RoundSummary, Sums
from app.lao.standings.rules import LaoStanding, standing_at
from app.models import FixedRound, FixedSum, Organisation, Window
from app.models.enums import OrganisationType, PlanStatus, Round
from app.registry.past import laos_then, moment_of

By = Literal["province_code", "organisation_id"]
_F, _S, _O, _W = (table(model).c for model in (FixedRound, FixedSum, Organisation, Window))
_YEAR: Any = bindparam("year")
_ROUND: Any = bindparam("round")
_MOMENT = (_F.fiscal_year == _YEAR, _F.round == _ROUND, _F.in_force)
_CODES: Any = bindparam("codes", expanding=True)
_COUNTED = (_F.in_progress, _F.done, _F.cannot, _F.waiting)
_SUMMED = (
    *(_S.in_progress, _S.done, _S.cannot, _S.waiting),
    *(_S.planned_satang, _S.ordinance_satang, _S.spent_satang, _S.in_ordinance),
)


class LiveLaos(NamedTuple):
    """The LAOs that were in some provinces then and whose result is not fixed; `codes`: the provinces they are in now.

    `moved`: the province it was in then of each that is in another one now.
    """

    ids: frozenset[int]
    codes: frozenset[str]
    moved: Mapping[int, str] = {}


_ANY_FIXED = select(_F.id).where(*_MOMENT).limit(1)
_CLOSING = func.coalesce(
    select(_W.closes_at).where(_W.fiscal_year == _YEAR, _W.round == _ROUND).scalar_subquery(),
    bindparam("then", type_=_O.closed_at.type),
)
_LIVE = without_result(_YEAR, _ROUND, _CLOSING, _O.province_code.in_(_CODES))


def live_laos(
    codes: Iterable[str], year: int, round_: Round, *, some_fixed: bool = False, connection: Connection | None = None
) -> LiveLaos | None:
    """None: the round is fixed for nobody in the country, so that all are live; and all are where they were then.

    `some_fixed`: whoever asks knows of one that is fixed.
    """
    return _live_laos(frozenset(codes), year, round_, some_fixed, connection)


@read_once
def _live_laos(
    known: frozenset[str], year: int, round_: Round, some_fixed: bool, connection: Connection | None
) -> LiveLaos | None:
    now, reader = clock.now(), connection or db.session
    moment = {"year": year, "round": int(round_), "then": moment_of(year, now)}
    moved = {
        id_: lao
        for id_, lao in laos_then(year, now, connection).items()
        if lao.moved and known & {lao.province_code, lao.now_in}
    }
    if not moved and not some_fixed and reader.scalar(_ANY_FIXED, moment) is None:
        return None
    wanted = known | {lao.now_in for lao in moved.values()}
    rows = [
        (id_, code)
        for id_, code in reader.execute(_LIVE, moment | {"codes": sorted(wanted)})
        if (moved[id_].province_code if id_ in moved else code) in known
    ]
    ids = frozenset(id_ for id_, _code in rows)
    then = {id_: lao.province_code for id_, lao in moved.items() if id_ in ids}
    return LiveLaos(ids, frozenset(code for _id, code in rows), then)


class LaoInRound(NamedTuple):
    """One LAO in the province table of a round: what it was then, and how its projects stood."""

    id: int
    code: str
    name: str
    name_sort: str
    type: OrganisationType
    district_code: str | None
    district: str | None
    district_sort: str | None
    plan_status: PlanStatus
    counts: Counts


_LAOS = select(
    *(_F.organisation_id, _F.code, _F.name, _F.name_sort, _F.type),
    *(_F.district_code, _F.district, _F.district_sort, _F.plan_status, *_COUNTED),
).where(_F.province_code == bindparam("province_code"), *_MOMENT)


def fixed_laos(province_code: str, year: int, round_: Round, connection: Connection | None = None) -> list[LaoInRound]:
    """The LAOs of a province whose result is fixed, in no order."""
    rows = (connection or db.session).execute(
        _LAOS, {"province_code": province_code, "year": year, "round": int(round_)}
    )
    facts = len(LaoInRound._fields) - 1
    return [LaoInRound._make((*row[:facts], Counts(*row[facts:]))) for row in rows]


class PlaceThen(NamedTuple):
    """What an LAO was called then, and the province in whose table it stands."""

    code: str
    name: str
    province_code: str


def place_then(organisation_id: int, year: int, round_: Round) -> PlaceThen | None:
    """None where the LAO is what it was: then the registry says it."""
    here = (_F.organisation_id == organisation_id, *_MOMENT)
    moment = {"year": year, "round": int(round_)}
    row = db.session.execute(select(_F.code, _F.name, _F.province_code).where(*here), moment).first()
    if row:
        return PlaceThen(*row)
    lao = laos_then(year, clock.now()).get(organisation_id)
    return PlaceThen(lao.code, lao.name, lao.province_code) if lao else None


class TableState(NamedTuple):
    """Which editions a table of fixed LAOs is made of. Ids of new ones only rise: no two tables have the same."""

    number: int
    ids: int


_STATE = select(func.count(), func.coalesce(func.sum(_F.id), 0)).where(
    _F.province_code == bindparam("province_code"), *_MOMENT
)


@read_once
def table_state(province_code: str, year: int, round_: Round) -> TableState:
    place = {"province_code": province_code, "year": year, "round": int(round_)}
    number, ids = db.session.execute(_STATE, place).one()
    return TableState(number, int(ids))


_COUNTS = (
    select(_F.organisation_id, *_COUNTED)
    .join_from(
        table(Organisation),
        table(FixedRound),
        and_(_F.organisation_id == _O.id, *_MOMENT),
    )
    .where(_O.province_code == bindparam("province_code"))
)


def fixed_counts(province_code: str, year: int, round_: Round) -> dict[int, Counts]:
    """Counts of each LAO that is in the province now and whose result is fixed, by organisation id."""
    rows = db.session.execute(_COUNTS, {"province_code": province_code, "year": year, "round": int(round_)})
    return {id_: Counts(*numbers) for id_, *numbers in rows}


_SUMMARY = (
    select(_F.plan_status, _S.dimension, *_SUMMED)
    .outerjoin_from(table(FixedRound), table(FixedSum), _S.fixed_round_id == _F.id)
    .where(_F.organisation_id == bindparam("organisation_id"), *_MOMENT)
    .order_by(_S.dimension)
)


IS_FIXED = exists().where(_F.organisation_id == bindparam("organisation_id"), *_MOMENT)


def fixed_summary(organisation_id: int, year: int, round_: Round) -> RoundSummary | None:
    """The result of one LAO; None while it is live."""
    asked = {"organisation_id": organisation_id, "year": year, "round": int(round_)}
    rows = db.session.execute(_SUMMARY, asked).all()
    if not rows:
        return None
    sums = {dimension: _read(numbers) for _status, dimension, *numbers in rows if dimension is not None}
    passed = rows[0].plan_status is PlanStatus.PASSED
    return RoundSummary(round_, passed, {number: each for number, each in sums.items() if each[0].total})


def _read(numbers: list[Any]) -> tuple[Counts, Money]:
    *statuses, planned, ordinance, spent, in_ordinance = numbers
    return Counts(*map(int, statuses)), Money(planned, ordinance, spent, int(in_ordinance))


ANY_DIMENSION: Any = literal_column("0").label("dimension")  # in place of one: all of them


@lru_cache(maxsize=4)
def _sums(by: By, apart: bool) -> Select[Any]:
    return (
        select(_F[by], _S.dimension if apart else ANY_DIMENSION, *(func.sum(column) for column in _SUMMED))
        .join_from(table(FixedRound), table(FixedSum), _S.fixed_round_id == _F.id)
        .where(_F.province_code.in_(_CODES), *_MOMENT)
        .group_by(_F[by], *([_S.dimension] if apart else ()))
    )


def fixed_sums(by: By, codes: Iterable[str], year: int, round_: Round, apart: bool) -> dict[Any, Sums]:
    """Counts and money by dimension or, not `apart`, of all: of each province, or of its LAOs, that had projects."""
    found: dict[Any, dict[int, tuple[Counts, Money]]] = {}
    for key, dimension, *numbers in db.session.execute(_sums(by, apart), _place(codes, year, round_)):
        sums = _read(numbers)
        if sums[0].total:
            found.setdefault(key, {})[dimension] = sums
    return {**found}


_ALL = _F.in_progress + _F.done + _F.cannot + _F.waiting
_STANDINGS = (
    select(_F.province_code, _F.level, _F.done, _ALL, func.count())
    .where(_F.province_code.in_(_CODES), *_MOMENT)
    .group_by(_F.province_code, _F.level, _F.done, _ALL)
)


def fixed_standings(codes: Iterable[str], year: int, round_: Round) -> dict[str, Counter[LaoStanding]]:
    """How many LAOs of each province stand where, by the level they were fixed with; one without any is missing."""
    found: dict[str, Counter[LaoStanding]] = {}
    for code, level, done, total, number in db.session.execute(_STANDINGS, _place(codes, year, round_)):
        found.setdefault(code, Counter())[standing_at(level, done, total)] += number
    return found


def _place(codes: Iterable[str], year: int, round_: Round) -> dict[str, Any]:
    return {"codes": list(codes), "year": year, "round": int(round_)}
