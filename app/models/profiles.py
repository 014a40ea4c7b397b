"""What an LAO tells of itself. The coordinator's part is never public."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import SizeClass
from app.models.types import Baht, Hundredths, UtcDateTime, one_of


class Profile(Base):
    __tablename__ = "profiles"
    __table_args__ = (
        CheckConstraint("area_km2_hundredths >= 0", name="area"),
        CheckConstraint("population >= 0", name="population"),
        CheckConstraint("income_own_satang >= 0", name="income_own"),
        CheckConstraint("income_subsidy_satang >= 0", name="income_subsidy"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    size: Mapped[SizeClass] = mapped_column(one_of(SizeClass, "size"))
    address: Mapped[str] = mapped_column(Text)
    area_km2: Mapped[Decimal] = mapped_column("area_km2_hundredths", Hundredths)
    population: Mapped[int]
    income_own: Mapped[Decimal] = mapped_column("income_own_satang", Baht)
    income_subsidy: Mapped[Decimal] = mapped_column("income_subsidy_satang", Baht)
    executive_name: Mapped[str] = mapped_column(String(200))
    clerk_name: Mapped[str] = mapped_column(String(200))
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_position: Mapped[str] = mapped_column(String(200))
    contact_department: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(60))
    mobile: Mapped[str] = mapped_column(String(60), default="")
    fax: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(254), index=True)
    website: Mapped[str] = mapped_column(String(254), default="")
    # Whether the digest of the day is mailed; a reminder that an officer sends is.
    mail_notices: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
