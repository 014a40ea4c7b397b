"""Whom the crawler is: a database with two LAOs, staff, and a mark in every word that people typed."""

from dataclasses import dataclass, field

from app.access import Actor
from app.db import db, transaction
from app.models import InternalNote, Profile
from app.models.enums import Role
from tests.factories import NOW, PASSWORD, facts, make_account, make_lao, make_organisation, make_project, make_staff

MARK = "<i data-probe=stored>'\""  # an element of a page that does not escape it
FOREIGN = "คำของอีกแห่ง"  # what the other LAO wrote
PRIVATE = "คนของอีกแห่ง"  # and what of it nobody but that LAO and its officers may read


@dataclass(frozen=True)
class Person:
    role: str
    start: str
    username: str = ""
    password: str = PASSWORD
    own: dict[str, int] = field(default_factory=dict)  # rows of theirs, by what addresses call them
    foreign: dict[str, int] = field(default_factory=dict)  # and rows that are not


def fill() -> list[Person]:
    """Everybody of the town: one of each role."""
    lao, other = make_lao(name=f"องค์การบริหารส่วนตำบล{MARK}"), make_lao("2900101", province="90", district="9001")
    own = {"project_id": make_project(lao, facts(f"โครงการ {MARK}", target_group=MARK, objective=MARK))}
    make_project(lao, facts(f"โครงการที่สอง {MARK}"))
    foreign = {"project_id": make_project(other, facts(f"โครงการ {FOREIGN}", objective=FOREIGN))}
    make_account(make_organisation("6650808", "เทศบาลตำบลวังทอง"), claimed=False)
    make_staff("somsri", Role.OFFICER, "65")
    make_staff("chief", Role.ADMINISTRATOR)
    _write(lao, MARK, own["project_id"])
    _write(other, PRIVATE, foreign["project_id"])
    own["organisation_id"], foreign["organisation_id"] = lao.own_organisation_id, other.own_organisation_id
    return [
        Person("stranger", "/"),
        Person("lao", "/home", "6650807", own=own, foreign=foreign),
        Person("claimant", "/profile", "6650808", "", foreign=foreign),
        Person("officer", "/nacc", "somsri", own=own, foreign=foreign),
        Person("administrator", "/nacc", "chief", own=own),
    ]


def _write(lao: Actor, words: str, project_id: int) -> None:
    note = {"text": words, "changed_at": NOW, "changed_by_id": lao.own_account_id}
    with transaction():
        profile = db.session.query(Profile).filter_by(organisation_id=lao.own_organisation_id).one()
        profile.contact_name = profile.clerk_name = profile.address = words
        db.session.add(InternalNote(project_id=project_id, **note))
