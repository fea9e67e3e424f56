"""Make the sample county files: ``python -m tests.data.make_county_files FOLDER``."""

import sys
from pathlib import Path

from tests.data import county_maps, county_tables

MAKERS = {
    "register": county_tables.register_csv,
    "mended": county_tables.mended_csv,
    "halls_tsv": county_tables.halls_tsv,
    "workbook": county_tables.workbook_xlsx,
    "xls": county_tables.plots_xls,
    "shapefile": county_maps.shapefile_zip,
    "boundary_points": county_maps.boundary_points,
    "drawing": county_maps.drawing_dxf,
    "kml": county_maps.warehouses_kml,
    "shifted": county_maps.shifted_geojson,
    "shifted_csv": county_maps.shifted_csv,
    "gpkg": county_maps.plots_gpkg,
    "fgb": county_maps.parks_fgb,
    "parquet": county_maps.halls_parquet,
    "gdb": county_maps.roads_gdb,
}
"""Every file by what it is called in the tests."""


def make_county_files(folder: Path) -> dict[str, Path]:
    """Write all files into a folder and return where each is."""
    folder.mkdir(parents=True, exist_ok=True)
    return {name: make(folder) for name, make in MAKERS.items()}


if __name__ == "__main__":
    for path in make_county_files(Path(sys.argv[1])).values():
        sys.stdout.write(f"{path}\n")
