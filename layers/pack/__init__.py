"""The generator of the bundled data pack; run ``python layers/build_pack.py``."""
