"""Frames and reports to files that people open elsewhere."""
