"""Resources in the cloud that no row accounts for, from when they were first seen until they are gone."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base, CloudName


class LeakSeen(Base):
    """Meanings: `visa.domain.leaks.Leak`. `cure` is what was last done about it, "" before anything was."""

    __tablename__ = "leak"

    cloud: Mapped[CloudName] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    cure: Mapped[str] = mapped_column(String(10), default="")
