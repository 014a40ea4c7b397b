"""Deeds of NACC's that wait for a second person, where an administrator wants one asked."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import ProposalAnswer, ProposedKind
from app.models.types import UtcDateTime, one_of

OPEN = text("settled_at IS NULL")


class ProposedDeed(Base):
    """What one person proposed, and what became of it: never changed but by its answer. `done`: rows it changed."""

    __tablename__ = "proposed_deeds"
    __table_args__ = (
        Index("ix_proposed_deeds_open", "proposed_at", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_proposed_deeds_by", "proposed_by_id", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ProposedKind] = mapped_column(one_of(ProposedKind, "kind"))
    reason: Mapped[str] = mapped_column(Text)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    answer: Mapped[ProposalAnswer | None] = mapped_column(one_of(ProposalAnswer, "answer"))
    answer_reason: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[int | None]


class ProposedRow(Base):
    """A row the deed is to change: a project, or an LAO's fiscal year. `seen`: its version as the proposer read it."""

    __tablename__ = "proposed_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    deed_id: Mapped[int] = mapped_column(ForeignKey("proposed_deeds.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    fiscal_year: Mapped[int | None] = mapped_column(SmallInteger)
    seen: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
