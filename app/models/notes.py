"""What NACC writes down for itself about a project or an LAO: never shown to the LAO or in public."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.types import UtcDateTime


class InternalNote(Base):
    """The one note on a project, or on an LAO. An emptied one stays, so that its version never comes back."""

    __tablename__ = "internal_notes"
    __table_args__ = (CheckConstraint("(project_id IS NULL) <> (organisation_id IS NULL)", name="about_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), unique=True)
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int] = mapped_column(default=1)
