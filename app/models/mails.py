"""Mails that are owed: written down in one transaction with the decision, sent by a job after it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.plans import ROUNDS
from app.models.types import UtcDateTime

# What the database itself keeps from going twice a day: to an LAO, and the alarm that goes to the office.
ONE_A_DAY = "kind NOT IN ('reset', 'new_email', 'new_password', 'new_factor', 'sign_in_code')"
TO_THE_OFFICE = "kind = 'alarm' AND organisation_id IS NULL"


class DigestRun(Base):
    """One day's look at what LAOs should be told of: what happened after `since`, up to `until`.

    Written in one transaction with every mail it came to, so a day is looked at once and whole.
    """

    __tablename__ = "digest_runs"
    __table_args__ = (CheckConstraint("since < until", name="order"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class MailLog(Base):
    """One mail to one LAO: sent, given up, or still waiting, for a later try where `next_try_at` says when.

    `day` is Thailand's: an LAO gets one mail of a kind a day, and the database itself refuses a second one. A reminder
    has the numbers of the moment it was queued; a digest has none: it is written when it is sent, from the facts of
    its day's run. A link for a new password, or word of a new one, may go more than once; where somebody typed an
    address, the row is for no LAO: whose it is, is asked when it is sent, so that a known and an unknown address are
    answered alike.
    """

    __tablename__ = "mail_log"
    __table_args__ = (
        CheckConstraint(ROUNDS, name="round"),
        CheckConstraint("0 <= waiting AND waiting <= total", name="waiting"),
        CheckConstraint("kind <> 'reminder' OR round IS NOT NULL", name="reminder"),
        CheckConstraint("organisation_id IS NOT NULL OR kind IN ('reset', 'alarm')", name="to_an_lao"),
        Index(
            "uq_mail_log_day",
            *("organisation_id", "kind", "day"),
            unique=True,
            postgresql_where=text(ONE_A_DAY),
            sqlite_where=text(ONE_A_DAY),
        ),
        Index(
            "uq_mail_log_alarm",
            "day",
            unique=True,
            postgresql_where=text(TO_THE_OFFICE),
            sqlite_where=text(TO_THE_OFFICE),
        ),
        Index(
            "ix_mail_log_resets",
            *("to_address", "queued_at"),
            postgresql_where=text("kind = 'reset'"),
            sqlite_where=text("kind = 'reset'"),
        ),
        Index(
            "ix_mail_log_queue",
            "id",
            postgresql_where=text("sent_at IS NULL"),
            sqlite_where=text("sent_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(20))
    to_address: Mapped[str] = mapped_column(String(254))
    day: Mapped[date] = mapped_column(Date)
    fiscal_year: Mapped[int | None] = mapped_column(SmallInteger)
    round: Mapped[int | None] = mapped_column(SmallInteger)
    total: Mapped[int | None]
    waiting: Mapped[int | None]
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
