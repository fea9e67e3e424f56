"""The two drawn master plans. All of it is schematic: no plan of these parks is published.

策勒天津工业园区 keeps to its published limits (10.67 km², west edge on G315, the east edge about
4 km from it, about 3 km south-east of the seat); everything inside it is invented as a sample.
"""

from __future__ import annotations

from shapely.geometry import Polygon, box

from .ground import Site, shifted
from .layout import Band, Block, Plan

LIGHT, MEDIUM, HEAVY = "100101", "100102", "100103"
STORE, SHOPS, GREEN = "110101", "0901", "1401"
POWER, WATER, SEWAGE = "1303", "1301", "1302"

_CELE = shifted(80.78957, 36.99996, 1_480, -1_300)
_YUTIAN = shifted(81.66425, 36.8545, -6_100, -200)

CELE_SITE = Site(*_CELE, bearing=74, length=4_070, bow=-70)
YUTIAN_SITE = Site(*_YUTIAN, bearing=101, length=2_220, bow=45, lean=0.1)

CELE = Plan(
    park_id="CL-TJ",
    outline=Polygon(
        [
            (0, 0),
            (1_300, -30),
            (2_900, 0),
            (3_560, 40),
            (3_950, 330),
            (4_070, 1_200),
            (4_000, 2_100),
            (3_700, 2_640),
            (2_300, 2_735),
            (900, 2_720),
            (0, 2_640),
        ]
    ),
    margin=30,
    trunks=(box(-1, 1_150, 4_200, 1_190), box(1_980, -100, 2_020, 2_900)),
    belts=(
        box(0, 1_130, 4_200, 1_150),
        box(0, 1_190, 4_200, 1_210),
        box(1_960, -100, 1_980, 2_900),
        box(2_020, -100, 2_040, 2_900),
        # The branch canal and its trees, oblique to the streets.
        Polygon([(0, 2_430), (4_200, 2_290), (4_200, 2_334), (0, 2_474)]),
    ),
    bands=(
        Band(
            0,
            520,
            ((608, 632), (1_258, 1_282), (1_960, 2_040), (2_638, 2_662), (3_318, 3_342)),
            (
                Block(STORE, (3, 2), "core"),
                Block(LIGHT, (4, 3), "core"),
                Block(LIGHT, (4, 4), "growing"),
                Block(MEDIUM, (3, 3), "growing"),
                Block(MEDIUM, (3, 2), "new"),
                Block(MEDIUM, (2, 1), "fringe"),
            ),
        ),
        Band(
            544,
            1_130,
            (
                (480, 504),
                (972, 996),
                (1_448, 1_472),
                (1_960, 2_040),
                (2_488, 2_512),
                (2_948, 2_972),
                (3_468, 3_492),
            ),
            (
                Block(STORE, (2, 3), "core", {(1, 2): POWER}),
                Block(LIGHT, (4, 3, 4), "core"),
                Block(LIGHT, (6, 5), "core"),
                Block(LIGHT, (6, 4), "growing", {(1, 3): SHOPS}),
                Block(SHOPS, (3, 3), "core", {(0, 1): GREEN, (1, 1): GREEN}),
                Block(MEDIUM, (3, 3), "growing"),
                Block(MEDIUM, (2, 2), "new"),
                Block(MEDIUM, (2, 1), "fringe"),
            ),
        ),
        Band(
            1_210,
            1_700,
            (
                (480, 504),
                (888, 912),
                (1_388, 1_412),
                (1_960, 2_040),
                (2_390, 2_414),
                (2_740, 2_764),
                (3_094, 3_118),
                (3_588, 3_612),
            ),
            (
                Block(STORE, (2, 3), "core", {(0, 1): WATER}),
                Block(LIGHT, (5, 4), "core", {(0, 4): SHOPS}),
                Block(LIGHT, (6, 5), "growing", {(1, 2): POWER}),
                Block(LIGHT, (5, 5), "new", {(0, 2): GREEN}),
                Block(LIGHT, (4, 3), "core", {(0, 0): SHOPS}),
                Block(MEDIUM, (3, 3), "growing"),
                Block(STORE, (2, 2), "growing"),
                Block(MEDIUM, (3, 2), "new"),
                Block(MEDIUM, (1, 1), "fringe"),
            ),
        ),
        Band(
            1_724,
            2_180,
            ((748, 772), (1_388, 1_412), (1_960, 2_040), (2_608, 2_632), (3_268, 3_292)),
            (
                Block(MEDIUM, (3, 3), "growing"),
                Block(MEDIUM, (3, 2), "growing"),
                Block(STORE, (3, 2), "new"),
                Block(MEDIUM, (3, 2), "new"),
                Block(MEDIUM, (2, 2), "new", {(1, 0): POWER}),
                Block(HEAVY, (2, 1), "fringe", {(0, 0): SEWAGE}),
            ),
        ),
        Band(
            2_204,
            2_900,
            ((988, 1_012), (1_960, 2_040), (2_888, 2_912)),
            (
                Block(MEDIUM, (3,), "fringe"),
                Block(MEDIUM, (3,), "fringe"),
                Block(MEDIUM, (2,), "fringe"),
                Block(HEAVY, (2,), "fringe"),
            ),
        ),
    ),
    # 51.64 ha, as published, is 490 m by 1,053.9 m.
    zones={
        "CL-DIGI": box(504, 544, 1_960, 1_700),
        "CL-AGRI": box(2_040, 1_210, 3_093.878, 1_700),
    },
    seed=653_225,
)

YUTIAN = Plan(
    park_id="YT-TJ",
    outline=Polygon(
        [
            (0, 60),
            (700, 0),
            (1_750, 20),
            (2_220, 240),
            (2_200, 1_100),
            (1_980, 1_620),
            (1_250, 1_740),
            (300, 1_700),
            (30, 1_350),
        ]
    ),
    margin=24,
    trunks=(box(-1, 430, 2_300, 470), box(1_600, -10, 1_640, 1_800)),
    belts=(
        box(0, 470, 2_300, 490),
        box(1_580, -10, 1_600, 1_800),
        box(1_640, -10, 1_660, 1_800),
        Polygon([(-10, 1_360), (2_300, 1_480), (2_300, 1_516), (-10, 1_396)]),
    ),
    bands=(
        Band(
            0,
            430,
            ((468, 492), (1_038, 1_062), (1_580, 1_660)),
            (
                Block(STORE, (2, 2), "core"),
                Block(LIGHT, (4, 4), "core"),
                Block(LIGHT, (4, 3), "growing"),
                Block(MEDIUM, (3, 2), "new"),
            ),
        ),
        Band(
            490,
            840,
            ((536, 560), (868, 892), (1_218, 1_242), (1_580, 1_660), (1_918, 1_942)),
            (
                Block(LIGHT, (4, 4), "core", {(0, 3): POWER, (1, 3): WATER}),
                Block(LIGHT, (3, 3), "core"),
                Block(LIGHT, (4, 4), "core"),
                Block(LIGHT, (4, 3), "growing", {(1, 2): SHOPS}),
                Block(SHOPS, (2, 2), "growing", {(1, 1): GREEN}),
                Block(MEDIUM, (2, 1), "fringe"),
            ),
        ),
        Band(
            864,
            1_190,
            ((536, 560), (768, 792), (1_108, 1_132), (1_580, 1_660), (1_888, 1_912)),
            (
                Block(LIGHT, (3, 2), "growing"),
                Block(LIGHT, (2, 2), "core", {(0, 0): SHOPS}),
                Block(LIGHT, (3, 4), "growing"),
                Block(LIGHT, (5, 4), "new", {(0, 4): POWER}),
                Block(STORE, (2, 2), "new"),
                Block(MEDIUM, (1, 2), "fringe", {(1, 0): SEWAGE}),
            ),
        ),
        Band(
            1_214,
            1_800,
            ((688, 712), (1_168, 1_192), (1_580, 1_660)),
            (
                Block(MEDIUM, (4,), "new"),
                Block(MEDIUM, (3,), "new"),
                Block(HEAVY, (2,), "fringe"),
                Block(HEAVY, (2,), "fringe"),
            ),
        ),
    ),
    zones={"YT-SHOE": box(560, 490, 1_580, 1_190)},
    seed=653_226,
)

PLANS = ((CELE, CELE_SITE), (YUTIAN, YUTIAN_SITE))
