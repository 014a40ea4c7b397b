"""Reads of the LAO's own profile and place."""

from dataclasses import dataclass

from sqlalchemy import select

from app.access import Actor
from app.db import db
from app.models import District, Organisation, Profile, Province
from app.models.enums import OrganisationType
from app.registry.rules import whole_name


@dataclass(frozen=True)
class Place:
    """Where an LAO is, from the registry. Bangkok has no district."""

    code: str
    name: str
    type: OrganisationType
    province: str
    district: str

    @property
    def whole_name(self) -> str:
        province = self.province if self.type is OrganisationType.BANGKOK else f"จังหวัด{self.province}"
        return whole_name(self.name, self.type, f"อำเภอ{self.district}" if self.district else "", province)


def place(actor: Actor) -> Place:
    return place_of(actor.own_organisation_id)


def place_of(organisation_id: int) -> Place:
    row = db.session.execute(
        select(
            Organisation.code,
            Organisation.name,
            Organisation.type,
            Province.name.label("province"),
            District.name.label("district"),
        )
        .join(Province, Province.code == Organisation.province_code)
        .outerjoin(District, District.code == Organisation.district_code)
        .where(Organisation.id == organisation_id)
    ).one()
    return Place(row.code, row.name, row.type, row.province, row.district or "")


def profile(actor: Actor) -> Profile | None:
    """The LAO's profile; None before its first login is done."""
    return db.session.get(Profile, actor.own_organisation_id)
