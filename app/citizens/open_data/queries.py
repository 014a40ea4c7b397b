"""The rows of the data sets, page by page or all of them. What stands here is public: no actor is asked for.

Every table that hangs on an LAO is walked LAO by LAO, in the order of their ids: that order never changes, an index
answers each step, and what one statement reads is bounded, whatever its filters leave out. A page can therefore be
shorter than its limit and still have a next one; but it has a row, unless there are none left.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy import cast as sql_cast

from app.citizens.open_data import closed_rounds
from app.citizens.open_data.below import NESTED_SOURCES, complete
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.rules import Dataset
from app.db import db, table
from app.driver_rows import Read, driver_rows, reads
from app.errors import NotTheirs
from app.listing import like_pattern
from app.models import (
    District,
    HistoryEntry,
    Organisation,
    PlanPeriod,
    PlanYear,
    Project,
    ProjectYear,
    Province,
    Report,
    Score,
)
from app.registry.queries import called, once_called

_O, _P, _D = (table(each).c for each in (Organisation, Project, District))
_PV, _PY, _Y, _R, _S, _PP = (table(each).c for each in (Province, PlanYear, ProjectYear, Report, Score, PlanPeriod))
LAOS_AT_ONCE = {"plan_years": 250, "projects": 25, "project_years": 25, "reports": 25, "closed_rounds": 50}
STEPS = 8  # a page with a row in it reads so many times LAOS_AT_ONCE, then says where to go on
MOST_AT_ONCE = 400  # LAOs in one statement of a page that has found nothing so far
PARTS = 5  # the whole is read in steps so much smaller: a step is a part of a file, and made anew where one LAO changed
MOST = 2**31 - 1

DataRow = tuple[Any, ...]
DataFilter = Mapping[str, Any]
Key = tuple[int, ...]


class DataPage(NamedTuple):
    """Rows in the order of the data set's fields, and the key after which the next page begins."""

    rows: list[DataRow]
    next: Key | None


def page(dataset: Dataset, asked: DataFilter, after: Key, limit: int) -> DataPage:
    """The rows behind `after` that fit what is asked, at most `limit`."""
    if dataset.name == "organisations":
        return _organisation_page(asked, after, limit)
    rows: list[DataRow] = []
    at_once, steps = LAOS_AT_ONCE[dataset.name], 0
    while ids := _laos(dataset, asked, after, at_once):
        found = db.session.execute(_rows(dataset, ids, asked, after).limit(limit + 1 - len(rows))).all()
        rows += map(tuple, found)
        if len(rows) > limit:
            return DataPage(complete(dataset, rows[:limit]), _key(dataset, rows[limit - 1]))
        after, steps = (ids[-1],), steps + 1
        if steps >= STEPS and rows:
            return DataPage(complete(dataset, rows), after)
        at_once = at_once if steps < STEPS else min(at_once * 2, MOST_AT_ONCE)
    return DataPage(complete(dataset, rows), None)


def every_row(dataset: Dataset) -> Iterator[list[DataRow]]:
    """All rows in the order of their keys, a few LAOs' at a time, as the driver gives them: see `field_reads`."""
    if dataset.name == "organisations":
        yield complete(dataset, driver_rows(db.session.execute(SELECTS[dataset.name].order_by(_O.id))), driver_rows)
        return
    statement = _rows(dataset, bindparam("laos", expanding=True), {}, ())  # once: making it takes as long as running it
    laos, at_once = _laos(dataset, {}, (), MOST), LAOS_AT_ONCE[dataset.name] // PARTS
    for first in range(0, len(laos), at_once):
        some = {"laos": laos[first : first + at_once]}
        yield complete(dataset, driver_rows(db.session.execute(statement, some)), driver_rows)


def field_reads(dataset: Dataset) -> list[Read | list[Read | None] | None]:
    """As `reads`, for each field; of one whose rows stand in a table of their own, for each field in it."""
    own = reads((SOURCES[dataset.name][each.name] for each in dataset.fields), db.engine.dialect)
    return [
        reads((nested[one.name] for one in each.nested), db.engine.dialect)
        if (nested := NESTED_SOURCES.get(each.name))
        else read
        for each, read in zip(dataset.fields, own, strict=True)
    ]


def has_more_than(dataset: Dataset, number: int) -> bool:
    some = _of_all(SELECTS[dataset.name].with_only_columns(literal(1), maintain_column_froms=True), dataset.name)
    return (db.session.scalar(select(func.count()).select_from(some.limit(number + 1).subquery())) or 0) > number


def one(dataset: Dataset, value: Any) -> DataRow:
    """The organisation with this code, now or before, or the project with this number. Raises NotTheirs."""
    if dataset.name == "organisations":
        rows = _organisation_rows([or_(_O.code == value, _O.id.in_(once_called(value)))], 1)
    else:
        wanted = SELECTS["projects"].where(_P.id == value, _P.deleted_at.is_(None))
        rows = complete(dataset, map(tuple, db.session.execute(wanted)))
    for row in rows:
        return row
    raise NotTheirs


def last_change() -> datetime | None:
    """When anything was changed last: every change stands in the history, which only grows."""
    newest = table(HistoryEntry).c
    return db.session.scalar(select(newest.at).order_by(newest.id.desc()).limit(1))


def _lao_conditions(asked: DataFilter) -> list[ColumnElement[bool]]:
    columns = {"province": _O.province_code, "district": _O.district_code, "type": _O.type}
    wanted: list[ColumnElement[bool]] = [column == asked[name] for name, column in columns.items() if name in asked]
    if "organisation" in asked:
        wanted.append(or_(_O.code == asked["organisation"], _O.id.in_(once_called(asked["organisation"]))))
    return wanted


def _laos(dataset: Dataset, asked: DataFilter, after: Key, at_once: int) -> list[int]:
    """The next LAOs to walk through: the one in which `after` stands once more, unless it is walked to its end."""
    begun = _O.id >= after[0] if len(after) > 1 else _O.id > after[0] if after else _O.id > 0
    wanted = select(_O.id).where(begun, *_lao_conditions(asked)).order_by(_O.id)
    return list(db.session.scalars(wanted.limit(at_once)))


LATER = null()  # stands in tables below that of the row: see `complete`
_LAO = {"organisation_id": _O.id, "organisation_code": _O.code, "province_code": _O.province_code}


def _published(score: ColumnElement[Any]) -> ColumnElement[Any]:
    of_year = and_(_S.organisation_id == _PY.organisation_id, _S.fiscal_year == _PY.fiscal_year)
    return select(func.sum(score)).where(of_year, _PY.published_at.is_not(None)).scalar_subquery()


# What each field is read from.
SOURCES: dict[str, dict[str, ColumnElement[Any]]] = {
    "organisations": {
        "id": _O.id,
        "code": _O.code,
        "name": _O.name,
        "type": _O.type,
        "province_code": _O.province_code,
        "province": _PV.name,
        "district_code": _O.district_code,
        "district": _D.name,
        "nacc_region": _PV.nacc_region,
        "closed": _O.closed_at.is_not(None),
        "former_codes": LATER,
        "former_names": LATER,
        "founded_at": _O.founded_at,
        "closed_at": _O.closed_at,
        "successor_codes": LATER,
    },
    "plan_years": {
        **_LAO,
        "fiscal_year": _PY.fiscal_year,
        "status": _PY.status,
        "sar_score": _published(_S.sar_hundredths),
        "evaluation_score": _published(_S.evaluation_hundredths),
    },
    "projects": {
        "id": _P.id,
        **_LAO,
        "plan_period": sql_cast(_PP.first_year, String) + "-" + sql_cast(_PP.last_year, String),
        "name": _P.name,
        "kind": _P.kind,
        "dimension": _P.dimension,
        "further_dimensions": LATER,
        **{name: _P[name] for name in ("quarters", "target_group", "objective", "sub_heading")},
        "review_status": _P.review_status,
        "review_reason": _P.review_reason,
        "reviewed_at": _P.reviewed_at,
        "counted": _P.counted,
        "created_at": _P.created_at,
        "updated_at": _P.updated_at,
        "years": LATER,
    },
    "project_years": {
        "project_id": _P.id,
        **_LAO,
        "fiscal_year": _Y.fiscal_year,
        "plan_budget": _Y.plan_budget_satang,
        "dimension": _P.dimension,
        "counted": _P.counted,
    },
    "reports": {
        "project_id": _P.id,
        **_LAO,
        "fiscal_year": _R.fiscal_year,
        "round": _R.round,
        "status": _R.status,
        "ordinance_budget": _R.ordinance_budget_satang,
        "spent": _R.spent_satang,
        "cannot_reason": _R.cannot_reason,
        "cannot_text": _R.cannot_text,
        "note": func.nullif(_R.note, ""),
        "reported_at": _R.reported_at,
        "dimension": _P.dimension,
        "counted": _P.counted,
        "obstacles": func.nullif(_R.obstacles, ""),
        "suggestions": func.nullif(_R.suggestions, ""),
    },
    "closed_rounds": closed_rounds.SOURCES,
}


def _fields(name: str) -> Select[*tuple[Any, ...]]:
    """The fields of a data set in their order. Raises KeyError for one that is read from nowhere."""
    return select(*(SOURCES[name][field.name].label(field.name) for field in DATASETS[name].fields))


_OF_PROJECTS = table(Project).join(table(Organisation), _O.id == _P.organisation_id)
_YEAR_OF_PROJECT = _Y.project_id == _P.id
SELECTS: dict[str, Select[*tuple[Any, ...]]] = {
    "organisations": _fields("organisations").select_from(
        table(Organisation)
        .join(table(Province), _PV.code == _O.province_code)
        .outerjoin(table(District), _D.code == _O.district_code)
    ),
    "plan_years": _fields("plan_years").join_from(table(PlanYear), table(Organisation), _O.id == _PY.organisation_id),
    "projects": _fields("projects").select_from(_OF_PROJECTS.join(table(PlanPeriod), _PP.id == _P.plan_period_id)),
    "project_years": _fields("project_years").select_from(_OF_PROJECTS.join(table(ProjectYear), _YEAR_OF_PROJECT)),
    "reports": _fields("reports").select_from(_OF_PROJECTS.join(table(Report), _R.project_id == _P.id)),
    "closed_rounds": _fields("closed_rounds"),
}
OF_PROJECTS = ("projects", "project_years", "reports")
# What rows are ordered by, as fields; the LAO comes first, whatever the primary key says.
KEYS: dict[str, dict[str, ColumnElement[Any]]] = {
    "plan_years": {"organisation_id": _PY.organisation_id, "fiscal_year": _PY.fiscal_year},
    "projects": {"organisation_id": _P.organisation_id, "id": _P.id},
    "project_years": {"organisation_id": _P.organisation_id, "project_id": _P.id, "fiscal_year": _Y.fiscal_year},
    "reports": {
        "organisation_id": _P.organisation_id,
        "project_id": _P.id,
        "fiscal_year": _R.fiscal_year,
        "round": _R.round,
    },
    "closed_rounds": closed_rounds.KEYS,
}
FILTERS: dict[str, dict[str, ColumnElement[Any]]] = {
    "plan_years": {"year": _PY.fiscal_year, "status": _PY.status},
    "projects": {"dimension": _P.dimension, "kind": _P.kind, "review_status": _P.review_status},
    "project_years": {"year": _Y.fiscal_year, "dimension": _P.dimension},
    "reports": {"year": _R.fiscal_year, "round": _R.round, "dimension": _P.dimension, "status": _R.status},
    "closed_rounds": closed_rounds.FILTERS,
}


def _rows(
    dataset: Dataset, ids: Sequence[int] | BindParameter[Any], asked: DataFilter, after: Key
) -> Select[*tuple[Any, ...]]:
    """Rows of these LAOs behind `after`, in order."""
    name = dataset.name
    key = tuple(KEYS[name].values())
    wanted: list[ColumnElement[bool]] = [key[0].in_(ids)]
    wanted += [column == asked[filter_] for filter_, column in FILTERS[name].items() if filter_ in asked]
    if name == "projects":
        wanted += _project_conditions(asked)
    if len(after) > 1:
        known = after[: len(key)]
        wanted.append(tuple_(*key[: len(known)]) > tuple_(*known))
    return _of_all(SELECTS[name], name).where(*wanted).order_by(*key)


def _of_all(statement: Select[*tuple[Any, ...]], name: str) -> Select[*tuple[Any, ...]]:
    """Without what hangs on deleted projects."""
    return statement.where(_P.deleted_at.is_(None)) if name in OF_PROJECTS else statement


def _project_conditions(asked: DataFilter) -> Iterator[ColumnElement[bool]]:
    if "year" in asked:
        yield exists().where(_Y.project_id == _P.id, _Y.fiscal_year == asked["year"])
    for word in asked.get("q", "").split():
        yield _P.name_search.like(like_pattern(word), escape="/")


def _key(dataset: Dataset, row: DataRow) -> Key:
    return tuple(row[dataset.places[name]] for name in KEYS[dataset.name])


def _organisation_page(asked: DataFilter, after: Key, limit: int) -> DataPage:
    dataset = DATASETS["organisations"]
    wanted = [_O.id > (after[0] if after else 0), *_lao_conditions(asked)]
    wanted += [called(word) for word in asked.get("q", "").split()]
    rows = _organisation_rows(wanted, limit + 1 if limit < MOST else MOST)
    return DataPage(rows[:limit], (rows[limit - 1][dataset.places["id"]],) if len(rows) > limit else None)


def _organisation_rows(wanted: Iterable[ColumnElement[bool]], limit: int) -> list[DataRow]:
    statement = SELECTS["organisations"].where(*wanted).order_by(_O.id).limit(limit)
    return complete(DATASETS["organisations"], map(tuple, db.session.execute(statement)))
