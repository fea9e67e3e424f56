"""County files to clean frames: what a file holds, what it means, what is wrong with it.

``read`` turns any file into tables as they stand in it, ``headings``, ``units``, ``values``
and ``land_codes`` say what the cells mean, ``datum`` where the numbers lie, ``identify``
which records they are, ``compare`` what would change. Nothing here writes the data;
:mod:`geo.intake` knows the order.
"""
