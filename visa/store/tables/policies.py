"""The policy's versions. Only ever added to: what people were told by an older one can be looked up."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base


class PolicyVersion(Base):
    """One policy as it was loaded. The highest number is in force; without any the product's own numbers are."""

    __tablename__ = "policy_version"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(500), default="")
