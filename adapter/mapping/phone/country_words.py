"""The words of `countries`: languages whose names of countries are known, and names that CLDR writes otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ASKED: Final = (
    "en es pt de fr it hi ar id nl tr ru pl zh ja zh_Hant ko vi th ms sv da nb fi cs sk hu ro el bg uk hr sr "
    "he fa ur bn mr ta te gu kn ml pa ca fil sw"
)
LANGUAGES: Final = tuple(_ASKED.split())
"""In the order in which they are asked; a name is looked for in the next one only when this one does not know it."""

SHORT_NAMES: Final[Mapping[str, str]] = {
    "AE": "UAE | U.A.E. | Emirates | Dubai | Abu Dhabi | VAE | EAU | الإمارات",
    "AT": "Oesterreich",
    "BA": "Bosnia",
    "BN": "Brunei Darussalam",
    "BO": "Plurinational State of Bolivia | Bolivia, Plurinational State of | Bolivia (Plurinational State of)",
    "CD": (
        "DRC | DR Congo | Democratic Republic of the Congo | Congo, Democratic Republic of the | Congo, The "
        "Democratic Republic of the | Zaire"
    ),
    "CG": "Republic of the Congo | Congo, Republic of the",
    "CH": "Helvetia | Suisse / Schweiz",
    "CI": "Ivory Coast | Elfenbeinküste",
    "CN": "People's Republic of China | PR China | PRC | Mainland China | China, People's Republic of",
    "CV": "Cabo Verde",
    "CZ": "Czech Republic | Tschechische Republik | República Checa",
    "DE": "Federal Republic of Germany | BRD",
    "DO": "Dominican Rep.",
    "FK": "Falkland Islands (Malvinas) | Malvinas",
    "FM": "Micronesia, Federated States of | Federated States of Micronesia",
    "GB": (
        "U.K. | Great Britain | Britain | England | Scotland | Wales | Northern Ireland | United Kingdom of "
        "Great Britain and Northern Ireland | Großbritannien | Inglaterra | Grande-Bretagne | Angleterre | "
        "Gran Bretagna | Inghilterra | İngiltere | Англия"
    ),
    "HK": "Hong Kong | Hongkong | Hong Kong SAR | Hong Kong, China | 香港 | 홍콩",
    "IE": "Republic of Ireland | Eire",
    "IN": "Bharat | Republic of India | Hindustan",
    "IR": "Iran, Islamic Republic of | Iran (Islamic Republic of) | Islamic Republic of Iran",
    "KP": "Korea, Democratic People's Republic of | Democratic People's Republic of Korea | DPRK",
    "KR": "Korea | Republic of Korea | Korea, Republic of | Korea (Republic of) | Korea, South | S. Korea",
    "LA": "Lao People's Democratic Republic | Lao PDR",
    "LY": "Libyan Arab Jamahiriya",
    "MD": "Moldova, Republic of | Republic of Moldova",
    "MK": "Macedonia | Republic of North Macedonia | Macedonia, the former Yugoslav Republic of",
    "MM": "Myanmar | Burma",
    "MO": "Macau | Macao | 澳门 | 澳門",
    "NL": "Holland | Holanda | Hollande | Olanda | Kingdom of the Netherlands",
    "PS": "Palestine | State of Palestine | Palestine, State of | Palestinian Territory, Occupied | Palestina",
    "RU": "Russian Federation | RF | РФ",
    "SA": "K.S.A. | Kingdom of Saudi Arabia",
    "SY": "Syrian Arab Republic",
    "SZ": "Swaziland",
    "TL": "East Timor | Timor Leste",
    "TR": "Turkey | Tuerkei | Republic of Türkiye",
    "TW": "Taiwan, Province of China | Taiwan (ROC) | Chinese Taipei",
    "TZ": "Tanzania, United Republic of | United Republic of Tanzania",
    "US": (
        "U.S. | U.S.A. | America | United States of America | The States | EE. UU. | EEUU | E.U.A. | EUA | "
        "Vereinigte Staaten von Amerika | États-Unis d'Amérique | Estados Unidos da América | ABD | США"
    ),
    "VA": "Vatican | Holy See | Holy See (Vatican City State)",
    "VE": "Venezuela, Bolivarian Republic of | Venezuela (Bolivarian Republic of)",
    "VG": "Virgin Islands, British | Virgin Islands (British)",
    "VI": "Virgin Islands, U.S. | Virgin Islands (U.S.) | US Virgin Islands",
    "VN": "Viet Nam",
}
"""Names in common use, and the long ones of ISO 3166 that pick lists of CRMs hold; `|` stands between them."""

TWO_COUNTRIES: Final = ("Congo", "Kongo", "Virgin Islands")
"""Names that two countries bear; in one language or another CLDR gives each to one of them."""
