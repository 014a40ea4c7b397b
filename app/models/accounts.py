"""Who can sign in: one account per LAO, and staff; where each is signed in, and who tried and failed."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import EndedBecause, FactorKind, FailedBecause, Role
from app.models.types import UtcDateTime, one_of


class Account(Base):
    """An LAO signs in with its organisation's code, staff with a username. No password yet: not claimed."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("(role = 'lao') = (organisation_id IS NOT NULL)", name="lao_has_organisation"),
        CheckConstraint("(role = 'lao') = (username IS NULL)", name="staff_has_username"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    username: Mapped[str | None] = mapped_column(String(60), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), unique=True)
    display_name: Mapped[str] = mapped_column(String(150), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    activation_hash: Mapped[str | None] = mapped_column(String(64))
    activation_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class AccountProvince(Base):
    """A province given to an officer."""

    __tablename__ = "account_provinces"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("provinces.code"), primary_key=True)


class PasswordReset(Base):
    """A single-use link: only the hash of its token is kept.

    `asked_at`: when the mail was asked for that brought it first, from which its token can be made once more; None for
    one that staff were handed.
    """

    __tablename__ = "password_resets"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccountSession(Base):
    """One sign-in at one browser: the hash of what its cookie holds. Deleted some days after it is over.

    Private: neither the history nor the public log knows of it. `claiming`: an LAO at its first login; `proved_at`:
    when its owner last proved who that is, at the sign-in or before a deed that asks for it.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
        Index(
            "ix_sessions_open",
            "account_id",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    claiming: Mapped[bool] = mapped_column(default=False)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    browser: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_because: Mapped[EndedBecause | None] = mapped_column(one_of(EndedBecause, "ended_because"))


class FailedSignIn(Base):
    """A try that proved nothing. Private, and deleted after some weeks.

    `name_print` stands for the name that was typed, also one that nobody has; the name itself is not kept: people
    type passwords there. `known`: from a device that had signed in under that name, which slows nobody else.
    """

    __tablename__ = "failed_sign_ins"
    __table_args__ = (
        Index("ix_failed_sign_ins_name", "name_print", "at"),
        Index("ix_failed_sign_ins_account", "account_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    name_print: Mapped[str] = mapped_column(String(64))
    because: Mapped[FailedBecause] = mapped_column(one_of(FailedBecause, "because"))
    browser: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    known: Mapped[bool] = mapped_column(default=False)


class SecondFactor(Base):
    """What proves, beside the password, who somebody is; or one recovery code, which is deleted when it is used.

    `secret`: of an app what it counts with, sealed; of a passkey its public key; of a recovery code the hash.
    `counter`: the time step of the app's last code, or how often the passkey says it signed: nothing counts twice.
    """

    __tablename__ = "second_factors"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[FactorKind] = mapped_column(one_of(FactorKind, "kind"))
    name: Mapped[str] = mapped_column(String(60), default="")
    secret: Mapped[str] = mapped_column(Text)
    credential_id: Mapped[str | None] = mapped_column(Text, unique=True)
    counter: Mapped[int] = mapped_column(BigInteger, default=0)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
