"""The schema's history: one step a file, run by :mod:`geo.state.database`."""
