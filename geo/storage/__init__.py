"""Bytes to frames and frames to bytes: layer files, tables, snapshots."""
