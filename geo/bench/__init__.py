"""``python -m geo bench``: this software beside named peers, in one run on one machine.

Every measure makes the same deterministic region (:mod:`geo.bench.data`), does the same work
with ours and with the peer in turns, and says both numbers. Nothing here is imported by what
publishes or serves.
"""
