"""Rounds that closed, as they stood: written once, never changed. Another edition is another row."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import Level, OrganisationType, PlanStatus
from app.models.plans import ROUNDS, YEAR_RANGE
from app.models.types import Baht, Json, SortKey, UtcDateTime, one_of


class FixedRound(Base):
    """The result of one LAO in one round, from the moment its window closed.

    `in_force`: the edition that is shown. None is while the round is live, also again after it was opened once more.
    The LAO's facts are those of that moment: no foreign key carries a later name or province into them.
    """

    __tablename__ = "fixed_rounds"
    __table_args__ = (
        UniqueConstraint("organisation_id", "fiscal_year", "round", "edition"),
        CheckConstraint(YEAR_RANGE, name="fiscal_year"),
        CheckConstraint(ROUNDS, name="round"),
        CheckConstraint("edition >= 1", name="edition"),
        # At most one edition of a round is shown; also how a live LAO is told from a fixed one.
        Index(
            "ix_fixed_rounds_in_force",
            "organisation_id",
            "fiscal_year",
            "round",
            unique=True,
            postgresql_where=text("in_force"),
            sqlite_where=text("in_force = 1"),
        ),
        # A province table of a closed round is one range of this.
        Index(
            "ix_fixed_rounds_table",
            "fiscal_year",
            "round",
            "province_code",
            postgresql_where=text("in_force"),
            sqlite_where=text("in_force = 1"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    fiscal_year: Mapped[int] = mapped_column(SmallInteger)
    round: Mapped[int] = mapped_column(SmallInteger)
    edition: Mapped[int] = mapped_column(SmallInteger)
    in_force: Mapped[bool]
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fixed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was amended; empty for what the closing left
    amended_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    code: Mapped[str] = mapped_column(String(7))
    name: Mapped[str] = mapped_column(String(150))
    name_sort: Mapped[str] = mapped_column(SortKey)
    type: Mapped[OrganisationType] = mapped_column(one_of(OrganisationType, "type"))
    province_code: Mapped[str] = mapped_column(String(2))
    district_code: Mapped[str | None] = mapped_column(String(4))
    district: Mapped[str | None] = mapped_column(String(60))
    district_sort: Mapped[str | None] = mapped_column(SortKey)
    plan_status: Mapped[PlanStatus] = mapped_column(one_of(PlanStatus, "plan_status"))
    level: Mapped[Level] = mapped_column(one_of(Level, "level"))
    in_progress: Mapped[int]
    done: Mapped[int]
    cannot: Mapped[int]
    waiting: Mapped[int]


class FixedSum(Base):
    """Counts and money of one dimension of a fixed round, and how many of its projects each figure has."""

    __tablename__ = "fixed_sums"

    fixed_round_id: Mapped[int] = mapped_column(ForeignKey("fixed_rounds.id"), primary_key=True)
    dimension: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    in_progress: Mapped[int]
    done: Mapped[int]
    cannot: Mapped[int]
    waiting: Mapped[int]
    in_ordinance: Mapped[int]
    with_plan: Mapped[int]
    with_spent: Mapped[int]
    left_out: Mapped[int]
    planned: Mapped[Decimal] = mapped_column("planned_satang", Baht)
    ordinance: Mapped[Decimal] = mapped_column("ordinance_satang", Baht)
    spent: Mapped[Decimal] = mapped_column("spent_satang", Baht)


class FixedDocument(Base):
    """A fixed round whole, project by project: what all its numbers were counted from. Apart, since it is long."""

    __tablename__ = "fixed_documents"

    fixed_round_id: Mapped[int] = mapped_column(ForeignKey("fixed_rounds.id"), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
