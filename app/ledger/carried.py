"""What years and report lines repeat of their project: figures are counted by it, and entries tell of it once."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import select

from app import clock
from app.db import db, table
from app.models import Organisation, Project, ProjectYear, Report, Window, WindowException
from app.models.enums import Round
from app.models.projects import CARRIED
from app.plans.rules import report_window

_O, _P, _Y, _R = (table(model).c for model in (Organisation, Project, ProjectYear, Report))
_W, _X = table(Window).c, table(WindowException).c
Years = dict[int, set[int]]  # fiscal years by project id


def differing_years(ids: Collection[int]) -> Years:
    """The years of some projects whose rows say of the project what it does not say, or lack a report line."""
    projects = _project_facts(ids)
    years = [_line(*row) for row in db.session.execute(_carrying(_Y, _Y.project_id).where(_Y.project_id.in_(ids)))]
    lines = [_line(*row) for row in db.session.execute(_carrying(_R, _R.round).where(_R.project_id.in_(ids)))]
    known = {each.place for each in years}
    found: Years = defaultdict(set)
    for each in (*years, *lines):
        if each.facts != projects.get(each.place[0]) or each.place not in known:
            found[each.place[0]].add(each.place[1])
    reported = {(each.place, each.round) for each in lines}
    for id_, year in _lacking(
        [(each, round_) for each in years for round_ in Round if (each.place, round_) not in reported]
    ):
        found[id_].add(year)
    return found


class _Line(NamedTuple):
    place: tuple[int, int]  # project id, fiscal year
    round: int
    facts: tuple[Any, ...]

    @property
    def organisation_id(self) -> int:
        return int(self.facts[0])


def _line(project_id: int, year: int, round_: int, *facts: Any) -> _Line:
    return _Line((project_id, year), round_, facts)


def _carrying(columns: Any, third: Any) -> Any:
    return select(columns.project_id, columns.fiscal_year, third, *(columns[name] for name in CARRIED))


def _project_facts(ids: Collection[int]) -> dict[int, tuple[Any, ...]]:
    """What each project says; its province is its LAO's, whatever its own row says."""
    told = {"province_code": _O.province_code}
    wanted = select(_P.id, *(told.get(name, _P[name]) for name in CARRIED)).join_from(
        table(Project), table(Organisation), _O.id == _P.organisation_id
    )
    return {id_: tuple(facts) for id_, *facts in db.session.execute(wanted.where(_P.id.in_(ids)))}


def _lacking(missing: Collection[tuple[_Line, Round]]) -> Iterator[tuple[int, int]]:
    """Of years without a line for a round, those whose round is open: recorded after it closed, they have none."""
    if not missing:
        return
    now = clock.now()
    own = select(_X.organisation_id, _X.fiscal_year, _X.round, _X.closes_at)
    laos = {each.organisation_id for each, _round in missing}
    longer = {(*key,): until for *key, until in db.session.execute(own.where(_X.organisation_id.in_(laos)))}
    everybodys = select(_W.fiscal_year, _W.round, _W.opens_at, _W.closes_at)
    times = {(year, round_): (opens, closes) for year, round_, opens, closes in db.session.execute(everybodys)}
    for each, round_ in missing:
        moment = (each.place[1], int(round_))
        until = longer.get((each.organisation_id, *moment))
        if not report_window(moment[0], round_, times.get(moment), until).closing_passed(now):
            yield each.place
