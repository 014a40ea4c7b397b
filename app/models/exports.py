"""Files made for staff: what was asked for, how far it is, and who may fetch it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import ExportKind, ExportState, ExportWhat
from app.models.plans import ROUNDS
from app.models.types import UtcDateTime, one_of


class ExportJob(Base):
    """One file. This table is the truth: the job engine carries ids only, and may lose them.

    `claim` names the worker's try, and the file on disk: whoever holds another one writes nothing here.
    """

    __tablename__ = "export_jobs"
    __table_args__ = (
        CheckConstraint(ROUNDS, name="round"),
        CheckConstraint("(state = 'done') = (sha256 IS NOT NULL)", name="done_has_file"),
        Index("ix_export_jobs_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    what: Mapped[ExportWhat] = mapped_column(one_of(ExportWhat, "what"))
    place: Mapped[str] = mapped_column(String(4))
    fiscal_year: Mapped[int] = mapped_column(SmallInteger)
    round: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[ExportKind] = mapped_column(one_of(ExportKind, "kind"))
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[ExportState] = mapped_column(one_of(ExportState, "state"), default=ExportState.QUEUED)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    claim: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
