"""Loading the registry and importing into it, on both engines."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import Select, func, literal, select, union_all, update

from app.access import system
from app.db import db, transaction
from app.models import (
    Account,
    District,
    FormerFacts,
    HistoryEntry,
    Organisation,
    PlanPeriod,
    Project,
    ProjectYear,
    Province,
    Report,
)
from app.models.enums import Kind, OrganisationType, ReportStatus, Role
from app.registry.lines import BrokenFile
from app.registry.operations import DATA, import_lines, load_registry
from app.registry.queries import find_by_code
from app.registry.rules import ImportPlan, RegistryDeed
from app.registry.workbooks import file_lines

GOLDEN = (Path(__file__).parent / "data" / "thai_order.txt").read_text(encoding="utf-8").splitlines()
ACTOR = system("registry import")
HEADER = "code,name,type,province_code,district_code,old_code"
DIN_THONG = "6650807,องค์การบริหารส่วนตำบลดินทอง,องค์การบริหารส่วนตำบล,65,6508,"
NAKHON_THAI = "5650301,เทศบาลตำบลนครไทย,เทศบาลตำบล,65,6503,"
MOVED = "6650807,องค์การบริหารส่วนตำบลดินทอง,องค์การบริหารส่วนตำบล,90,9001,"
UPGRADED = "5650807,เทศบาลตำบลดินทอง,เทศบาลตำบล,65,6508,6650807"


def imported(*rows: str, header: str = HEADER) -> ImportPlan:
    with transaction():
        return import_lines(ACTOR, file_lines(BytesIO("\n".join([header, *rows]).encode())))


def organisation(code: str) -> Organisation:
    found = find_by_code(code)
    assert found
    return db.session.get_one(Organisation, found.id)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def entries() -> list[HistoryEntry]:
    return list(db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)))


# The first load


def test_the_whole_registry_is_loaded(app: Flask) -> None:
    with transaction():
        added = load_registry()

    assert (added, count(Organisation), count(Province), count(District)) == (7_850, 7_850, 77, 928)
    per_type = Counter(db.session.scalars(select(Organisation.type)).all())
    assert per_type == {  # DLA's counts of 2566, and the 36 upgrades since
        OrganisationType.PAO: 76,
        OrganisationType.CITY: 30 + 5,
        OrganisationType.TOWN: 195 - 5 + 31,
        OrganisationType.SUBDISTRICT_MUNICIPALITY: 2_247 - 29,
        OrganisationType.SAO: 5_300 - 2,
        OrganisationType.PATTAYA: 1,
        OrganisationType.BANGKOK: 1,
    }
    bangkok = organisation("1100000")
    assert (bangkok.name, bangkok.district_code) == ("กรุงเทพมหานคร", None)
    assert organisation("2900101").name == "องค์การบริหารส่วนจังหวัดสงขลา"
    assert organisation("6650807").name == "องค์การบริหารส่วนตำบลดินทอง"
    check_accounts_nobody_claimed()
    check_upgrades_are_known()


def check_accounts_nobody_claimed() -> None:
    unclaimed = select(Account.organisation_id).where(
        Account.role == Role.LAO, Account.password_hash.is_(None), Account.claimed_at.is_(None)
    )
    assert set(db.session.scalars(unclaimed)) == set(db.session.scalars(select(Organisation.id)))


def check_upgrades_are_known() -> None:
    raised = organisation("5120202")
    assert (raised.code, raised.name, raised.type) == ("4120202", "เทศบาลเมืองปลายบาง", OrganisationType.TOWN)
    assert count(FormerFacts) == 36
    (told,) = entries()
    assert (told.action, told.entity, told.actor_name) == ("load", "registry", "registry import")
    assert told.after == {"added": 7_850, "upgraded": 36}


def test_a_whole_list_is_imported_and_sorts_as_thai_dictionaries_do(app: Flask) -> None:
    """All 7,707 names of LAOs, provinces and districts, by ORDER BY alone."""
    with transaction():
        plan = import_lines(ACTOR, file_lines(BytesIO((DATA / "organisations.csv").read_bytes())))

    named: list[Select[str, str]] = [
        select(model.name, model.name_sort.label("key")) for model in (Organisation, Province, District)
    ]
    names = union_all(*named).subquery()
    in_order = db.session.scalars(select(names.c.name).distinct().order_by(names.c.key).add_columns(names.c.key))
    assert list(in_order) == GOLDEN
    assert (plan.count(RegistryDeed.ADDED), count(Organisation), count(Account)) == (7_850, 7_850, 7_850)


# Imports


def test_a_new_lao_comes_with_its_account_and_history(app: Flask) -> None:
    imported(DIN_THONG)

    new = organisation("6650807")
    assert (new.name_sort[:3], new.version, new.closed_at) == ("องค", 1, None)
    account = db.session.scalars(select(Account)).one()
    assert (account.organisation_id, account.role, account.password_hash) == (new.id, Role.LAO, None)
    (told,) = entries()
    assert (told.action, told.entity, told.entity_key, told.organisation_id) == (
        "add",
        "organisation",
        str(new.id),
        new.id,
    )
    assert told.before is None
    assert told.after == {
        "code": "6650807",
        "name": "องค์การบริหารส่วนตำบลดินทอง",
        "type": "sao",
        "province_code": "65",
        "district_code": "6508",
    }


def test_importing_the_same_file_again_changes_nothing(app: Flask) -> None:
    imported(DIN_THONG, NAKHON_THAI)

    plan = imported(DIN_THONG, NAKHON_THAI)

    assert (plan.changes, plan.unchanged) == ([], 2)
    assert organisation("6650807").version == 1
    assert (len(entries()), count(Account)) == (2, 2)


def test_a_new_name_sorts_anew_and_the_history_has_both(app: Flask) -> None:
    imported(DIN_THONG, NAKHON_THAI)

    plan = imported(DIN_THONG.replace("ดินทอง", "แดนทอง"))

    renamed = organisation("6650807")
    assert (renamed.name, renamed.version) == ("องค์การบริหารส่วนตำบลแดนทอง", 2)
    assert renamed.name_sort.startswith("องคการบริหารสวนตำบลดแนทอง")
    assert (plan.count(RegistryDeed.RENAMED), plan.not_in_file) == (1, 1)
    told = entries()[-1]
    assert told.before
    assert told.after
    assert (told.action, told.actor_role) == ("rename", Role.SYSTEM)
    assert (told.before["name"], told.after["name"]) == ("องค์การบริหารส่วนตำบลดินทอง", "องค์การบริหารส่วนตำบลแดนทอง")
    assert organisation("5650301").version == 1, "who is not in the file stays as it is"


def add_project(lao: Organisation) -> None:
    moment = datetime(2018, 1, 1, tzinfo=UTC)
    period = db.session.scalars(select(PlanPeriod).order_by(PlanPeriod.first_year)).first()
    assert period
    carried = {"organisation_id": lao.id, "province_code": lao.province_code, "dimension": 1, "counted": True}
    project = Project(
        **carried,
        plan_period_id=period.id,
        name="โครงการ",
        name_sort="โครงการ",
        kind=Kind.PROJECT,
        quarters=(1,),
        target_group="",
        objective="",
        created_at=moment,
        updated_at=moment,
    )
    db.session.add(project)
    db.session.flush()
    db.session.add(ProjectYear(**carried, project_id=project.id, fiscal_year=2561, plan_budget=Decimal(100)))
    db.session.flush()
    for round_ in (6, 12):
        db.session.add(
            Report(
                **carried, project_id=project.id, fiscal_year=2561, round=round_, status=ReportStatus.DONE,
                reported_at=moment,
            )
        )  # fmt: skip
    db.session.flush()


def counted_in(province_code: str) -> tuple[int, ...]:
    return tuple(
        db.session.scalar(select(func.count(literal(1))).where(model.province_code == province_code)) or 0
        for model in (Project, ProjectYear, Report)
    )


def test_a_move_to_another_province_takes_projects_and_reports_along(app: Flask) -> None:
    imported(DIN_THONG)
    with transaction():
        add_project(organisation("6650807"))
    assert (counted_in("65"), counted_in("90")) == ((1, 1, 2), (0, 0, 0))

    plan = imported(MOVED)

    assert plan.count(RegistryDeed.MOVED) == 1
    assert (counted_in("65"), counted_in("90")) == ((0, 0, 0), (1, 1, 2))
    moved = organisation("6650807")
    assert (moved.province_code, moved.district_code, moved.version) == ("90", "9001", 2)


def test_an_upgrade_keeps_the_lao_its_account_and_projects_and_its_old_code(app: Flask) -> None:
    imported(DIN_THONG)
    before = organisation("6650807").id
    with transaction():
        add_project(organisation("6650807"))
        db.session.execute(update(Account).values(password_hash="claimed"))

    plan = imported("6650807,5650807,เทศบาลตำบล,เทศบาลตำบลดินทอง", header="old_code,new_code,new_type,new_name")

    assert plan.count(RegistryDeed.UPGRADED) == 1
    for code in ("5650807", "6650807", "๖๖๕๐๘๐๗"):
        found = organisation(code)
        assert (found.id, found.code, found.name) == (before, "5650807", "เทศบาลตำบลดินทอง")
        assert found.type is OrganisationType.SUBDISTRICT_MUNICIPALITY
    assert db.session.scalars(select(Account.password_hash)).all() == ["claimed"]
    assert db.session.scalars(select(Project.organisation_id)).all() == [before]
    told = entries()[-1]
    assert told.before
    assert told.after
    assert (told.action, told.organisation_id) == ("upgrade", before)
    assert (told.before["code"], told.after["code"]) == ("6650807", "5650807")


def test_an_upgrade_imported_again_and_then_taken_back(app: Flask) -> None:
    imported(DIN_THONG)
    imported(UPGRADED)

    assert imported(UPGRADED).changes == []
    imported(DIN_THONG + "5650807")

    back = organisation("5650807")
    assert (back.code, back.version) == ("6650807", 3)
    assert db.session.scalars(select(FormerFacts.code).order_by(FormerFacts.until)).all() == ["6650807", "5650807"]


def test_of_two_imports_at_once_the_later_finds_what_the_earlier_added(app: Flask) -> None:
    plans: list[ImportPlan] = []

    def import_too() -> None:
        with app.app_context():
            plans.append(imported(DIN_THONG))
            db.session.remove()

    other = Thread(target=import_too)
    with transaction():
        import_lines(ACTOR, file_lines(BytesIO(f"{HEADER}\n{DIN_THONG}".encode())))
        other.start()
        other.join(0.3)  # it waits for this transaction
        assert plans == []
    other.join()

    assert [(plan.changes, plan.unchanged) for plan in plans] == [([], 1)]


def test_a_broken_file_writes_nothing(app: Flask) -> None:
    imported(DIN_THONG)
    imported(UPGRADED)
    told = len(entries())

    for row in ("6650807,ใหม่,องค์การบริหารส่วนตำบล,65,6508,", "6650808,ใหม่,เทศบาล,65,6508,", "x"):
        with pytest.raises(BrokenFile):
            imported(NAKHON_THAI, row)

    assert (count(Organisation), count(Account), len(entries())) == (1, 1, told)
    assert find_by_code("5650301") is None
