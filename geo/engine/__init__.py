"""Which area contains which point: the one step of the join that grows with the data.

An engine answers with index pairs, an array of shape (2, pairs): rows of points above rows of
areas, sorted by point and then by area. They are the pairs of ``geopandas.sjoin`` with
``predicate="intersects"``: a point on a shared edge belongs to every area there, and what is
missing or empty to none. Every engine gives the same pairs; ``tests/contract`` holds them to it.

- :mod:`geo.engine.pairs`: on this machine, all at once or part by part
- :mod:`geo.engine.dask`: on a cluster, over partitions of :mod:`geo.engine.partitions`
"""
