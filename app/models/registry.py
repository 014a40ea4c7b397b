"""Provinces, districts, organisations (LAOs), what these were before and what they go on in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import OrganisationType
from app.models.types import SortKey, UtcDateTime, one_of, searched


class Province(Base):
    __tablename__ = "provinces"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    name_sort: Mapped[str] = mapped_column(SortKey)
    name_search: Mapped[str] = searched("name")
    name_en: Mapped[str] = mapped_column(String(60))
    iso3166_2: Mapped[str] = mapped_column(String(6))
    nacc_region: Mapped[int | None]


class District(Base):
    __tablename__ = "districts"
    __table_args__ = (UniqueConstraint("code", "province_code"),)

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    full_name: Mapped[str] = mapped_column(String(60))
    name_sort: Mapped[str] = mapped_column(SortKey)
    name_search: Mapped[str] = searched("full_name")
    name_en: Mapped[str] = mapped_column(String(60))


class Organisation(Base):
    """One LAO. Its code can change (an upgrade gives a new first digit); its id and history do not."""

    __tablename__ = "organisations"
    __table_args__ = (
        ForeignKeyConstraint(["district_code", "province_code"], ["districts.code", "districts.province_code"]),
        UniqueConstraint("id", "province_code"),  # what every row below refers to
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(7), unique=True)
    name: Mapped[str] = mapped_column(String(150))
    name_sort: Mapped[str] = mapped_column(SortKey)
    name_search: Mapped[str] = searched("name")
    type: Mapped[OrganisationType] = mapped_column(one_of(OrganisationType, "type"))
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"), index=True)
    district_code: Mapped[str | None] = mapped_column(String(4), index=True)  # Bangkok has none
    founded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # none: it was there before the system
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class FormerFacts(Base):
    """What an LAO was until a moment. Its former codes and names keep finding it, and past years show it under them.

    What it is today stands in its own row alone: of those here, the earliest whose `until` lies after a moment is what
    held then.
    """

    __tablename__ = "former_facts"
    __table_args__ = (
        ForeignKeyConstraint(["district_code", "province_code"], ["districts.code", "districts.province_code"]),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    code: Mapped[str] = mapped_column(String(7), index=True)
    name: Mapped[str] = mapped_column(String(150))
    name_sort: Mapped[str] = mapped_column(SortKey)
    name_search: Mapped[str] = searched("name")
    type: Mapped[OrganisationType] = mapped_column(one_of(OrganisationType, "type"))
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"))
    district_code: Mapped[str | None] = mapped_column(String(4))


class Succession(Base):
    """An LAO that goes on in another: merged into it, or split into it and others. By which paper, and from when."""

    __tablename__ = "successions"
    __table_args__ = (CheckConstraint("organisation_id <> successor_id", name="another"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[str] = mapped_column(String(200))
    document_date: Mapped[date] = mapped_column(Date)
