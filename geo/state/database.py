"""Open the state database: made at first use, refused when its format is not ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session

from geo.errors import RunError
from geo.settings import Settings
from geo.state.models import utc_now

FORMAT = 4
"""The schema that this software reads: the number of the last migration."""

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_BUSY_SECONDS = 15


class State:
    """The state database of one instance.

    Parameters
    ----------
    engine
        Connects to it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(reads_only=True)

    @contextmanager
    def session(self, *, reads_only: bool = False) -> Iterator[Session]:
        """Run a transaction: committed at the end, undone by an error.

        What it loaded stays readable afterwards.

        Parameters
        ----------
        reads_only
            Promise to change nothing, so that writers need not wait.

        Raises
        ------
        RunError
            ``STATE_UNAVAILABLE`` if the database does not answer.
        """
        engine = self._reader if reads_only else self._engine
        with (
            _told_in_words(),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session


def open_state(settings: Settings) -> State:
    """Return the instance's state; the database is made at first use.

    Raises
    ------
    RunError
        ``STATE_OLDER`` until ``python -m geo upgrade``, ``FORMAT_NEWER``,
        ``STATE_URL_INVALID``, ``STATE_UNAVAILABLE``.
    """
    engine = _connect(settings)
    with _told_in_words():
        found = _read_format(engine)
        if found == 0:
            with _alone(settings):
                if _read_format(engine) == 0:
                    _migrate(engine)
        elif found < FORMAT:
            raise RunError("STATE_OLDER", found=found, known=FORMAT)
        elif found > FORMAT:
            raise RunError("FORMAT_NEWER", found=found, known=FORMAT)
    return State(engine)


def upgrade_state(settings: Settings) -> tuple[int, Path | None]:
    """Bring the database to the present format; return the earlier one and its copy.

    The copy lies beside the database. A database that is not SQLite is not copied here,
    and of one that needs no upgrade there is no copy.

    Raises
    ------
    RunError
        ``FORMAT_NEWER``, ``STATE_URL_INVALID``, ``STATE_UNAVAILABLE``.
    """
    engine = _connect(settings)
    with _told_in_words(), _alone(settings):
        found = _read_format(engine)
        if found > FORMAT:
            raise RunError("FORMAT_NEWER", found=found, known=FORMAT)
        path = database_file(settings)
        copy = None
        if 0 < found < FORMAT and path is not None:
            copy = path.with_name(f"{path.name}.format-{found}.{_stamp(utc_now())}")
            copy_database(path, copy)
        if found < FORMAT:
            _migrate(engine)
    return found, copy


def database_file(settings: Settings) -> Path | None:
    """Return the file of the database; ``None`` if it is not an SQLite file."""
    url = _address(settings)
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None


def has_state(settings: Settings) -> bool:
    """Return whether there is a database, without making one."""
    file = database_file(settings)
    return file is None or file.exists()


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite database while others use it, as one consistent state."""
    with (
        closing(sqlite3.connect(source, timeout=_BUSY_SECONDS)) as present,
        closing(sqlite3.connect(target)) as copy,
    ):
        present.backup(copy)
        # One file only: a copy needs no log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _address(settings: Settings) -> URL:
    if not settings.state_url:
        return URL.create("sqlite", database=str(settings.out / "state.db"))
    try:
        return make_url(settings.state_url)
    except ArgumentError as error:
        # The address may hold a password, so it is not repeated.
        raise RunError("STATE_URL_INVALID", reason="?") from error


def _connect(settings: Settings) -> Engine:
    url = _address(settings)
    is_sqlite = url.get_backend_name() == "sqlite"
    file = database_file(settings)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    # An SQLite connection is opened in no time; none that is kept can outlive a restore.
    options: dict[str, Any] = {"poolclass": NullPool} if is_sqlite else {"pool_pre_ping": True}
    try:
        # What people write belongs in no log, and an error would repeat it.
        engine = create_engine(url, hide_parameters=True, **options)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise RunError("STATE_URL_INVALID", reason=url.drivername) from error
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions begin below and not by the driver, which begins them too late.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    # An answer that says "kept" must hold after a power cut, and "deleted" in the file too.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: Connection) -> None:
    """Begin; a writer takes its turn at once, since one that reads first cannot wait for it."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the lock under which the schema is made or changed."""
    settings.out.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.out / "state.lock", timeout=60):
        yield


def _read_format(engine: Engine) -> int:
    """Return the number of the last migration that a database has had; 0 for a new one."""
    with engine.execution_options(reads_only=True).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return 0
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return int(found or 0)


def _migrate(engine: Engine) -> None:
    """Run the missing migrations, all of them or none."""
    # Needed a few times in the life of an instance, and slow to load.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(MIGRATIONS))

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)

    if engine.dialect.name == "sqlite":
        # Readers then do not wait for writers. Kept in the file, so said once.
        with closing(engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
    with engine.begin() as connection, EnvironmentContext(Config(), scripts) as context:
        context.configure(connection=connection, fn=steps, transactional_ddl=True)
        context.run_migrations()


@contextmanager
def _told_in_words() -> Iterator[None]:
    """Turn a failure of the database into an error with a sentence."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        # What another database's driver says may name hosts and accounts.
        is_local = isinstance(error.orig, sqlite3.Error)
        reason = str(error.orig) if is_local else type(error.orig).__name__
        raise RunError("STATE_UNAVAILABLE", reason=reason) from error


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%SZ}"
