"""Which forms were done already: kept for some days, so that one sent again is answered and not done again."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.types import UtcDateTime


class DoneDeed(Base):
    """One form that was done, by the key that its browser gave it.

    `words`: a print of what was sent under the key. `made`: the version it made of the row it was opened on.
    `answer`: where the browser was led and what it was told, "" where it stayed on its page.
    """

    __tablename__ = "done_deeds"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    words: Mapped[str] = mapped_column(String(32), default="")
    made: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text, default="")
