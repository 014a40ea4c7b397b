"""The rows of the covered tables as they stand now: by key, with the facts that the history tells of them."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select, tuple_

from app.db import db, table
from app.history.operations import plain_value
from app.ledger.carried import differing_years
from app.ledger.replay import Row, shown
from app.ledger.rules import ERASED, canonical, kept
from app.models import (
    Account,
    AccountProvince,
    Dimension,
    FixedDocument,
    FixedRound,
    FixedSum,
    MinimumScore,
    Organisation,
    PlanPeriod,
    PlanYear,
    Project,
    ProjectDimension,
    ProjectYear,
    Report,
    Score,
    Window,
    WindowException,
)
from app.models.enums import Entity, ReportStatus, Which
from app.plans.queries import periods
from app.registry.digests import past_digests

_A, _AP, _O, _P, _PD, _Y = (
    table(each).c for each in (Account, AccountProvince, Organisation, Project, ProjectDimension, ProjectYear)
)
_R, _PP, _D, _PY, _S, _M = (table(each).c for each in (Report, PlanPeriod, Dimension, PlanYear, Score, MinimumScore))
_F, _FS = table(FixedRound).c, table(FixedSum).c
_W, _X = table(Window).c, table(WindowException).c


class LiveRow(NamedTuple):
    """A row of a covered table, by the identity it has in the log; no facts: it means as much as no row."""

    key: str
    organisation_id: int | None
    facts: Row

    def entry_key(self, entity: Entity) -> str:
        """The key under which the history tells of it: that of an LAO's own window does not name the LAO."""
        own = entity is Entity.WINDOW and self.organisation_id is not None
        return self.key.rpartition("/")[0] if own else self.key


Page = tuple[list[LiveRow], str | None]  # and the cursor behind it, None at the end


def page(name: str, after: str, limit: int, *, lock: bool = False) -> Page:
    """Rows of a table behind the cursor `after`, at most `limit`; those that mean no row are left out.

    `lock`: hold them until this transaction ends. Raises ValueError for a cursor that is none.
    """
    return _page_of(TABLES[name], after, limit, lock=lock)


def _page_of(covered: "Covered", after: str, limit: int, *, lock: bool) -> Page:
    columns = list(covered.statement.selected_columns)[: covered.parts]
    place = _cursor_place(after, covered.parts)
    wanted = covered.statement.where(tuple_(*columns) > tuple_(*place)) if place else covered.statement
    wanted = wanted.order_by(*columns).limit(limit)
    rows = db.session.execute(wanted.with_for_update(read=True) if lock else wanted).all()
    cursor = "/".join(map(str, rows[-1][: covered.parts])) if len(rows) == limit else None
    return [_cleaned(covered.entity, each) for each in covered.facts(rows)], cursor


def _cursor_place(after: str, parts: int) -> tuple[int, ...]:
    """The key behind which a page begins. Raises ValueError for what is none."""
    numbers = tuple(int(part) for part in after.split("/")) if after else ()
    if len(numbers) not in (0, parts) or any(number > 2**31 - 1 for number in numbers):
        raise ValueError(after)
    return numbers


def _cleaned(entity: Entity, row: LiveRow) -> LiveRow:
    return row._replace(
        facts=shown(entity, kept(entity, {name: plain_value(v) for name, v in row.facts.items()}) or {})
    )


def _projects(rows: Sequence[Any]) -> Iterable[LiveRow]:
    ids = [row.id for row in rows]
    further: dict[int, list[int]] = {}
    for id_, dimension in db.session.execute(select(_PD.project_id, _PD.dimension).where(_PD.project_id.in_(ids))):
        further.setdefault(id_, []).append(dimension)
    budgets: dict[int, dict[int, Any]] = {}
    years = select(_Y.project_id, _Y.fiscal_year, _Y.plan_budget_satang).where(_Y.project_id.in_(ids))
    for id_, year, amount in db.session.execute(years):
        budgets.setdefault(id_, {})[year] = amount
    for id_, differing in differing_years(ids).items():
        budgets.setdefault(id_, {}).update(dict.fromkeys(differing, "its year and its reports differ from the project"))
    for row in rows:
        facts = dict(row._mapping)
        id_ = facts.pop("id")
        parts = {"further_dimensions": further.get(id_, []), "budgets": budgets.get(id_, {})}
        yield LiveRow(str(id_), row.organisation, facts | parts)


def _scores(rows: Sequence[Any]) -> Iterable[LiveRow]:
    """All of a plan year's scores are one row of the log, and with them when they were closed and published."""
    keys = [(row.organisation_id, row.fiscal_year) for row in rows]
    found: dict[tuple[int, int], Row] = {}
    wanted = select(_S.organisation_id, _S.fiscal_year, _S.dimension, _S.sar_hundredths, _S.evaluation_hundredths)
    for lao, year, dimension, *scores in db.session.execute(
        wanted.where(tuple_(_S.organisation_id, _S.fiscal_year).in_(keys))
    ):
        named = {f"{which.value}_{dimension}": score for which, score in zip(Which, scores, strict=True)}
        found.setdefault((lao, year), {}).update(named)
    for row in rows:
        times = {"sar_closed_at": row.sar_closed_at, "published_at": row.published_at}
        key = (row.organisation_id, row.fiscal_year)
        yield LiveRow(f"{key[0]}/{key[1]}", key[0], times | found.get(key, {}))


def _accounts(rows: Sequence[Any]) -> Iterable[LiveRow]:
    provinces: dict[int, list[str]] = {}
    for id_, code in db.session.execute(
        select(_AP.account_id, _AP.province_code).where(_AP.account_id.in_([row.id for row in rows]))
    ):
        provinces.setdefault(id_, []).append(code)
    for row in rows:
        facts = {"role": row.role, "provinces": provinces.get(row.id, []), "locked_at": row.locked_at}
        yield LiveRow(str(row.id), None, facts)


def _periods(rows: Sequence[Any]) -> Iterable[LiveRow]:
    for row in rows:
        yield LiveRow(str(row.id), None, {"years": [row.first_year, row.last_year]})


def _dimensions(rows: Sequence[Any]) -> Iterable[LiveRow]:
    """With their sub-headings, where they have some."""
    known = {f"{period.id}/{number}": period.told(number) for period in periods() for number in period.sub_headings}
    for row in _plainly(2)(rows):
        yield row._replace(facts=row.facts | {"sub_headings": known.get(row.key)})


def _fixed_rounds(rows: Sequence[Any]) -> Iterable[LiveRow]:
    """All editions of a round are one row. The digest stands for the document, where what is counted agrees with it."""
    keys = [tuple(row) for row in rows]
    editions = select(table(FixedRound), table(FixedDocument).c.document).outerjoin(
        table(FixedDocument), table(FixedDocument).c.fixed_round_id == _F.id
    )
    found = db.session.execute(editions.where(tuple_(_F.organisation_id, _F.fiscal_year, _F.round).in_(keys))).all()
    sums: dict[int, list[Any]] = {}
    for each in db.session.execute(select(table(FixedSum)).where(_FS.fixed_round_id.in_([row.id for row in found]))):
        sums.setdefault(each.fixed_round_id, []).append(each)
    facts: dict[tuple[int, ...], Row] = {key: {} for key in keys}
    for row in found:
        key = (row.organisation_id, row.fiscal_year, row.round)
        facts[key][str(row.edition)] = _edition(row, sums.get(row.id, []))
        if row.in_force:
            facts[key]["in_force"] = row.edition
    for key in keys:
        yield LiveRow("/".join(map(str, key)), key[0], facts[key])


def _edition(row: Any, sums: Sequence[Any]) -> Row:
    spent = sum((each.spent_satang for each in sums), Decimal(0))
    return {
        "total": sum(getattr(row, column) for column in _COUNTS.values()),
        "done": row.done,
        "level": str(row.level),
        "spent": f"{spent:.2f}",
        "sha256": sha256(canonical(row.document)).hexdigest() if _agrees(row, sums) else "row and document differ",
    }


def _agrees(row: Any, sums: Sequence[Any]) -> bool:
    """Whether the columns that tables and sums are drawn from say what the document says; not where it is none."""
    try:
        return _says_the_same(row, sums)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False  # somebody wrote it past the app


def _says_the_same(row: Any, sums: Sequence[Any]) -> bool:
    document = row.document or {}
    lao, parts = document.get("organisation") or {}, document.get("dimensions") or {}
    counted = {str(each.dimension): told for each in sums if any(map(float, (told := _counted(each)).values()))}
    return (
        {name: row._mapping.get(name) for name in lao} == lao
        and all(getattr(row, name) == document.get(name) for name in ("fiscal_year", "round", "edition"))
        and all(getattr(row, name) == document.get(name) for name in ("plan_status", "level"))
        and row.closed_at.isoformat() == document.get("closed_at")
        and {name: getattr(row, column) for name, column in _COUNTS.items()}
        == {name: document["result"][name] for name in _COUNTS}
        and counted == {number: {name: part[name] for name in (*_COUNTS, *_SUMS)} for number, part in parts.items()}
    )


# What a document calls it, and the column.
_COUNTS = {"in_progress": "in_progress", "done": "done", "cannot": "cannot", "not_reported": "waiting"}
_SUMS = ("in_ordinance", "planned", "ordinance", "spent")


def _counted(sums: Any) -> Row:
    amounts = {name: str(getattr(sums, f"{name}_satang")) for name in ("planned", "ordinance", "spent")}
    counts = {name: getattr(sums, column) for name, column in _COUNTS.items()}
    return counts | amounts | {"in_ordinance": sums.in_ordinance}


def _plainly(parts: int) -> "Facts":
    """Rows whose columns are their facts, but for the first `parts`, which are the key, and `lao`."""

    def facts_of(rows: Sequence[Any]) -> Iterable[LiveRow]:
        for row in rows:
            names = row._fields[parts:]
            facts = {name: value for name, value in zip(names, row[parts:], strict=True) if name != "lao"}
            yield LiveRow("/".join(map(str, row[:parts])), row.lao if "lao" in names else None, facts)

    return facts_of


def _organisations(rows: Sequence[Any]) -> Iterable[LiveRow]:
    """With digests of what they were, and of what they go on in."""
    past = past_digests([row.id for row in rows])
    for row in _plainly(1)(rows):
        yield row._replace(facts=row.facts | past.get(int(row.key), {}))


# Who was erased can never sign in again, and has no row of rights.
_ERASED = and_(_A.display_name == ERASED, _A.password_hash.is_(None), _A.locked_at.is_not(None))
# A line that waits means no row, unless somebody gave it what only a report gives.
_TOLD_OF = or_(
    _R.status != ReportStatus.NOT_REPORTED,
    _R.ordinance_budget_satang.is_not(None),
    _R.spent_satang.is_not(None),
    _R.note != "",
    _R.obstacles != "",
    _R.suggestions != "",
)
Facts = Callable[[Sequence[Any]], Iterable[LiveRow]]


class Covered(NamedTuple):
    """How a table is read: what its rows are in the log, the statement, and how many columns its key has, the first."""

    entity: Entity
    statement: Select[Any]
    parts: int
    facts: Facts


TABLES: dict[str, Covered] = {
    "organisations": Covered(
        Entity.ORGANISATION,
        select(
            _O.id,
            _O.id.label("lao"),
            _O.code,
            _O.name,
            _O.type,
            _O.province_code,
            _O.district_code,
            _O.founded_at,
            _O.closed_at,
        ),
        1,
        _organisations,
    ),
    "plan-periods": Covered(Entity.PLAN_PERIOD, select(_PP.id, _PP.first_year, _PP.last_year), 1, _periods),
    "dimensions": Covered(
        Entity.DIMENSION,
        select(_D.plan_period_id, _D.number, _D.name, _D.max_score_hundredths.label("max_score")),
        2,
        _dimensions,
    ),
    "windows": Covered(Entity.WINDOW, select(_W.fiscal_year, _W.round, _W.opens_at, _W.closes_at), 2, _plainly(2)),
    "own-windows": Covered(
        Entity.WINDOW,
        select(_X.fiscal_year, _X.round, _X.organisation_id, _X.organisation_id.label("lao"), _X.closes_at, _X.reason),
        3,
        _plainly(3),
    ),
    "minimum-scores": Covered(
        Entity.MINIMUM_SCORE, select(_M.fiscal_year, _M.score_hundredths.label("score")), 1, _plainly(1)
    ),
    "accounts": Covered(
        Entity.ACCOUNT, select(_A.id, _A.role, _A.locked_at).where(_A.username.is_not(None), ~_ERASED), 1, _accounts
    ),
    "plan-years": Covered(
        Entity.PLAN_YEAR,
        select(_PY.organisation_id, _PY.fiscal_year, _PY.organisation_id.label("lao"), _PY.status),
        2,
        _plainly(2),
    ),
    "scores": Covered(
        Entity.SCORES,
        select(_PY.organisation_id, _PY.fiscal_year, _PY.sar_closed_at, _PY.published_at),
        2,
        _scores,
    ),
    "projects": Covered(
        Entity.PROJECT,
        select(
            _P.id,
            _P.organisation_id.label("organisation"),
            *(_P.name, _P.kind, _P.dimension, _P.sub_heading, _P.quarters, _P.target_group, _P.objective),
            *(_P.review_status, _P.review_reason, _P.reviewed_at, _P.created_at, _P.deleted_at),
        ),
        1,
        _projects,
    ),
    "reports": Covered(
        Entity.REPORT,
        select(
            _R.project_id,
            _R.fiscal_year,
            _R.round,
            _R.organisation_id.label("lao"),
            _R.status,
            _R.ordinance_budget_satang.label("ordinance_budget"),
            _R.spent_satang.label("spent"),
            _R.cannot_reason,
            _R.cannot_text,
            _R.note,
            _R.obstacles,
            _R.suggestions,
            _R.reported_at,
        ).where(_TOLD_OF),
        3,
        _plainly(3),
    ),
    "fixed-rounds": Covered(
        Entity.FIXED_ROUND,
        select(_F.organisation_id, _F.fiscal_year, _F.round).where(_F.edition == 1),
        3,
        _fixed_rounds,
    ),
}
