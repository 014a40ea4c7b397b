"""The log of the history: every covered entry in one order, hashed, under signed heads. Rows are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.types import Json, UtcDateTime


class LogEntry(Base):
    """The place of a history entry in the log, and what its published bytes need beside it.

    `pseudonym`: who acted; `subject`: the account it was done to. `commitments`: by the path of a value that stands
    in the entry as a salted hash, its salt; of a value that was blacked out, {"hash": …}, for its salt is gone.
    """

    __tablename__ = "log_entries"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 0, as leaves are counted
    history_id: Mapped[int] = mapped_column(ForeignKey("history.id"), unique=True)
    pseudonym: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str | None] = mapped_column(String(20))
    commitments: Mapped[dict[str, Any]] = mapped_column(Json)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    chain_hash: Mapped[bytes] = mapped_column(LargeBinary)


class LogNode(Base):
    """The hash over 2**level leaves from position * 2**level on: only full ones, so a row never changes."""

    __tablename__ = "log_nodes"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LogHead(Base):
    """What the log was at a moment, signed."""

    __tablename__ = "log_heads"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    chain_hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class LogMark(Base):
    """How far the sequencer is: every history entry up to `settled_id` has its place, or is not covered.

    `noted_id` will be settled once every transaction below `noted_horizon` has ended.
    """

    __tablename__ = "log_mark"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    settled_id: Mapped[int]
    noted_id: Mapped[int]
    noted_horizon: Mapped[int] = mapped_column(BigInteger)


class LogStand(Base):
    """How far the rows of a table have been compared with their history: `after` is the last key; done when dated."""

    __tablename__ = "log_stands"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    after: Mapped[str] = mapped_column(String(60))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ActorPseudonym(Base):
    """Who a pseudonym of the log is. A row can be erased; the log stays valid without it."""

    __tablename__ = "actor_pseudonyms"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(20), unique=True)
