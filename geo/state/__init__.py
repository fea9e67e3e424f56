"""What changes while the map is served: accounts, audit log, jobs, enquiries, waivers.

A database reached through SQLAlchemy: SQLite in ``<out>/state.db``, or another one by
``PARKS_STATE_URL``. Times are UTC.
"""

from geo.state.database import State, open_state

__all__ = ["State", "open_state"]
