"""Small layers of which every figure can be reckoned by hand."""

from shapely.geometry import Polygon, box

from geo.codes import Code, CodeList, IndustryList
from tests.rules.conftest import make_frame

SQUARE_M2 = 9878.20
"""Area of one square of 0.001 degrees at 37° N; from geographiclib, see tests/rules."""

SQUARE_MU = 14.8173

BOW = Polygon([(81, 37), (81.001, 37.001), (81.001, 37), (81, 37.001)])

LAND_USE = CodeList(
    {
        "08": Code("公共管理与公共服务用地", "Public"),
        "0801": Code("机关团体用地", "Offices", "08"),
        "10": Code("工矿用地", "Industry and mining"),
        "1001": Code("工业用地", "Industry", "10"),
        "100101": Code("一类工业用地", "Class 1", "1001"),
        "100102": Code("二类工业用地", "Class 2", "1001"),
        "11": Code("仓储用地", "Storage"),
        "1101": Code("物流仓储用地", "Logistics", "11"),
        "12": Code("交通运输用地", "Traffic"),
        "1207": Code("城镇村道路用地", "Roads", "12"),
        "17": Code("陆地水域", "Water"),
        "1701": Code("河流水面", "River", "17"),
    }
)
COUNTIES = CodeList({"653225": Code("策勒县", "Cele County")})
INDUSTRY = IndustryList(
    {
        "C": Code("制造业", "Manufacturing"),
        "C17": Code("纺织业", "Textiles", "C"),
        "C19": Code("制鞋业", "Shoes", "C"),
        "G": Code("交通运输", "Transport"),
        "G59": Code("仓储业", "Storage", "G"),
    }
)
PARKS = [
    {"park_id": "A", "name_zh": "甲园", "adcode": "653225", "nature": "reported"},
    {"park_id": "B", "name_zh": "乙园", "parent_id": "A", "nature": "reported"},
    {"park_id": "C", "name_zh": "丙园", "nature": "reported"},
]


def square(number, count=1):
    """``count`` squares side by side, the first the ``number``-th of a row."""
    west = 81 + number / 1000
    return box(west, 37, west + count / 1000, 37.001)


def plots(*records):
    """Plots of one square each, one after the other, built and industrial unless they say."""
    usual = {"park_id": "A", "land_use_code": "100101", "nature": "surveyed"}
    usual |= {"supply_state": "supplied", "development_state": "built"}
    return make_frame(
        "parcels",
        [
            usual | {"parcel_id": f"P{number}", "geometry": square(number)} | record
            for number, record in enumerate(records)
        ],
    )


def parks(**of_a):
    return make_frame("parks", [PARKS[0] | of_a, *PARKS[1:]])


def firms(*records):
    """Firms in production in the shoe industry, unless they say otherwise."""
    usual = {"stage": "operating", "industry_code": "C19", "park_id": "A", "nature": "reported"}
    return make_frame(
        "enterprises",
        [
            usual | {"enterprise_id": f"E{number}", "name_zh": f"{number} 厂"} | record
            for number, record in enumerate(records)
        ],
    )
