"""The cadastre that tests and benchmarks share."""

from geo.bench.cadastre import ORIGIN, make_cadastre, to_degrees, with_twice_the_corners

__all__ = ["ORIGIN", "make_cadastre", "to_degrees", "with_twice_the_corners"]
