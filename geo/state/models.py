"""The tables. A change here needs a migration in ``geo/state/migrations/versions``."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

Role = Literal["viewer", "staff"]
ROLES: tuple[Role, ...] = ("viewer", "staff")
"""What a person may do; each role may do all that those before it may."""

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[JobState, ...] = ("done", "failed", "cancelled")

EnquiryStatus = Literal["new", "read", "answered"]
STATUSES: tuple[EnquiryStatus, ...] = ("new", "read", "answered")
"""How far an enquiry has come."""


def utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC, stored without a zone, since SQLite knows none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as it is stored."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored time, in UTC."""
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
    }


class User(Base):
    """A person who may sign in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    password_changed_at: Mapped[datetime] = mapped_column(default=utc_now)

    def may(self, role: Role) -> bool:
        """Whether the person may do what a role may."""
        return self.role in ROLES[ROLES.index(role) :]


class Visit(Base):
    """One browser in which a person is signed in, until it ends or is ended."""

    __tablename__ = "visits"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    begun_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)


class Attempts(Base):
    """Failed sign-ins of one name or from one address."""

    __tablename__ = "attempts"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class AuditEntry(Base):
    """Who did what, when."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)
    by: Mapped[str] = mapped_column("made_by", String(80))
    action: Mapped[str] = mapped_column(String(40), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Mapping(Base):
    """Which heading of a source means which field, as a person once said."""

    __tablename__ = "mappings"

    layer: Mapped[str] = mapped_column(String(80), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(80), primary_key=True)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)


class Job(Base):
    """Work that a process of its own does for a person who waits for it."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(
        String(40), primary_key=True, default=lambda: secrets.token_urlsafe(16)
    )
    kind: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column("made_by", String(80))
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    state: Mapped[str] = mapped_column(String(20), default="queued")
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[dict[str, Any] | None]
    finished_at: Mapped[datetime | None]


class Enquiry(Base):
    """What somebody asks about a park, plot or hall, and how to reach them."""

    __tablename__ = "enquiries"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    company: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(40))
    email: Mapped[str] = mapped_column(String(254))
    message: Mapped[str] = mapped_column(String(2000))
    lang: Mapped[str] = mapped_column(String(2))
    consented_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(20), default="new", index=True)


class WaiverEntry(Base):
    """That somebody answers for a finding until a day: why, and what it said then."""

    __tablename__ = "waivers"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding: Mapped[str] = mapped_column(String(80), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    layer: Mapped[str] = mapped_column(String(80))
    features: Mapped[list[str]] = mapped_column(default=list)
    seen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column("made_by", String(80))
    at: Mapped[datetime] = mapped_column(default=utc_now)
    until: Mapped[date]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]


class Draft(Base):
    """A changed layout that staff try out; its files lie in ``<out>/drafts/ID``."""

    __tablename__ = "drafts"

    id: Mapped[str] = mapped_column(
        String(40), primary_key=True, default=lambda: secrets.token_urlsafe(16)
    )
    title: Mapped[str] = mapped_column(String(80))
    layer: Mapped[str] = mapped_column(String(80))
    file: Mapped[str] = mapped_column(String(120))
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[str] = mapped_column("made_by", String(80))
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    job: Mapped[str | None] = mapped_column(String(40))
    summary: Mapped[dict[str, Any] | None]
    discarded_by: Mapped[str | None] = mapped_column(String(80))
    discarded_at: Mapped[datetime | None]


class Token(Base):
    """A key with which a program reads the staff edition; only its digest is kept."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    until: Mapped[date]
    last_used: Mapped[date | None]
    revoked_by: Mapped[str | None] = mapped_column(String(80))
    revoked_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
