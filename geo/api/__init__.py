"""The OGC API over a snapshot: documents, filters and pages of features, without HTTP."""
