"""A crowd that a list of the desk can get wrong: ties, other places, other years, what is closed or deleted.

Made in an order that is no list's: who comes first by number comes late in Thai order, in codes, and in time.
"""

from typing import NamedTuple

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.lao.projects.operations import delete_project
from app.models import Organisation, PlanYear, Project, Sign
from app.models.enums import PlanStatus, Role, Round
from app.plans.queries import period_of
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_sign, make_staff

_NAME = "องค์การบริหารส่วนตำบล{}"
# Code, name, district. Province 96 (นราธิวาส) stands before 90 (สงขลา) in Thai order, and 9008 before 9001.
_SEEN = (
    ("6900103", _NAME.format("ฮกฮก"), "9001"),
    ("6900102", _NAME.format("ขาม"), "9001"),
    ("6900101", _NAME.format("ขาม"), "9001"),
    ("6900801", _NAME.format("หนึ่ง"), "9008"),
    ("6960101", _NAME.format("ใหญ่"), "9601"),
)
IN_ORDER = [code for code, _name, _district in reversed(_SEEN)]
CLOSED, ELSEWHERE = "6900104", "6650807"


class Crowd(NamedTuple):
    """Who looks, and the LAOs by code: those of IN_ORDER, one that closed, and one of a province of others."""

    officer: Actor
    laos: dict[str, Actor]

    def ids(self, *codes: str) -> list[int]:
        return [self.laos[code].own_organisation_id for code in codes or IN_ORDER]


def make_crowd() -> Crowd:
    """Each LAO with an account, a plan of YEAR and the next year, and a project, a report and a sign in each round."""
    laos = {code: make_lao(code, name=name, province=district[:2], district=district) for code, name, district in _SEEN}
    laos[CLOSED] = make_lao(CLOSED, name=_NAME.format("ขาม"), province="90", district="9001")
    laos[ELSEWHERE] = make_lao(ELSEWHERE)
    for code, lao in laos.items():
        _fill(code, lao)
    with transaction():
        db.session.get_one(Organisation, laos[CLOSED].own_organisation_id).closed_at = NOW
    return Crowd(actor_of(make_staff("somsri", Role.OFFICER, "90", "96").id), laos)


def _fill(code: str, lao: Actor) -> None:
    """Two projects of YEAR, of which one is reported; one of the next year, and a deleted one."""
    for number in (1, 2):
        project = make_project(lao, facts(f"โครงการ {code} ที่ {number}"))
    make_report(lao, project)
    make_project(lao, facts(f"โครงการ {code} ปีหน้า", budgets={YEAR + 1: None}))
    deleted = make_project(lao, facts(f"โครงการ {code} ที่ลบ"))
    make_sign(lao.own_organisation_id, project)
    of_twelve = make_sign(lao.own_organisation_id, round_=Round.TWELVE)
    next_year = make_sign(lao.own_organisation_id)
    with transaction():
        version = db.session.get_one(Project, deleted).version
        delete_project(lao, period_of(YEAR), deleted, version, "บันทึกซ้ำ", NOW)  # type: ignore[arg-type]
        db.session.get_one(Sign, next_year).fiscal_year = YEAR + 1
        assert db.session.get_one(Sign, of_twelve).round == Round.TWELVE
        db.session.get_one(PlanYear, (lao.own_organisation_id, YEAR + 1)).status = PlanStatus.FAILED
