"""What is computed of published frames: distances, gaps, comparisons.

A frame in, a frame or a JSON document out. Nothing here knows the rules, the join, storage,
rendering or the web: :mod:`geo.publish` calls it for each edition and writes what comes back
into the snapshot, so that pages only read.
"""
