"""What the search for odd patterns found, and what officers said of it. Nothing of this is public."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import SignKind, SignVerdict
from app.models.plans import ROUNDS, YEAR_RANGE
from app.models.types import Json, UtcDateTime, one_of

OF_AN_LAO = ("fiscal_year", "round", "organisation_id", "kind")


class Sign(Base):
    """One thing to look at once more, in one round of one LAO: of one project, or (no project) of the LAO's round.

    `facts`: what its sentence is made of. `gone_at`: it no longer holds, and is kept for its verdict.
    """

    __tablename__ = "signs"
    __table_args__ = (
        CheckConstraint(YEAR_RANGE, name="fiscal_year"),
        CheckConstraint(ROUNDS, name="round"),
        CheckConstraint("(verdict IS NULL) = (judged_at IS NULL)", name="judged_at"),
        CheckConstraint("gone_at IS NULL OR verdict IS NOT NULL", name="kept_for_its_verdict"),
        Index(
            "ix_signs_of_projects",
            *OF_AN_LAO,
            "project_id",
            unique=True,
            postgresql_where=text("project_id IS NOT NULL"),
            sqlite_where=text("project_id IS NOT NULL"),
        ),
        Index(
            "ix_signs_of_laos",
            *OF_AN_LAO,
            unique=True,
            postgresql_where=text("project_id IS NULL"),
            sqlite_where=text("project_id IS NULL"),
        ),
        Index("ix_signs_round", "fiscal_year", "round", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    fiscal_year: Mapped[int] = mapped_column(SmallInteger)
    round: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[SignKind] = mapped_column(one_of(SignKind, "kind"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    arose_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verdict: Mapped[SignVerdict | None] = mapped_column(one_of(SignVerdict, "verdict"))
    note: Mapped[str] = mapped_column(Text, default="")
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int] = mapped_column(default=1)


class SignSearch(Base):
    """When the country's reports of a round were last searched for signs."""

    __tablename__ = "sign_searches"

    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    searched_at: Mapped[datetime] = mapped_column(UtcDateTime)
