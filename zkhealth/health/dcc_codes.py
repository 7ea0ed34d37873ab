"""Codes of EU Digital COVID Certificates as codes with their systems.

A certificate has bare codes ("mp": "EU/1/20/1528"); the EU value sets (ehn-dcc-development/ehn-dcc-valuesets) say
which system each is of.  The systems are told by the form of the code where it has one, so that a credential made
under one version of the value sets and a rule read under another mean the same code.

    >>> dcc_code("tg", "840539006"), dcc_code("mp", "EU/1/20/1528")
    ('snomed|840539006', 'https://ec.europa.eu/health/documents/community-register/html/|EU/1/20/1528')
    >>> dcc_code("mp", "Sputnik-V"), dcc_code("mp", "of-no-value-set"), dcc_code("co", "FR")
    ('http://ec.europa.eu/temp/vaccineproductname|Sputnik-V', 'of-no-value-set', 'FR')
"""

from __future__ import annotations

import re
import unicodedata

from zkhealth.credentials.schemas.codes import parse_code

_REGISTER = "https://ec.europa.eu/health/documents/community-register/html/"
_ORGANISATIONS = "https://spor.ema.europa.eu/v1/organisations"
_DEVICES = "https://covid-19-diagnostics.jrc.ec.europa.eu/devices"
_PRODUCT_NAMES = "http://ec.europa.eu/temp/vaccineproductname"
_MAKER_NAMES = "http://ec.europa.eu/temp/vaccinemanufacturer"

# The names that the value sets list, as of 2022-11-30 (products) and 2022-01-26 (manufacturers).
_PRODUCTS = frozenset(
    "Abdala AZD2816 BBIBP-CorV Convidecia CoronaVac Covaxin Covid-19-adsorvida-inativada Covid-19-recombinant Covifenz "
    "Covishield CoviVac Covovax CVnCoV EpiVacCorona EpiVacCorona-N Hayat-Vax Inactivated-SARS-CoV-2-Vero-Cell "
    "MVC-COV1901 NVSI-06-08 NVX-CoV2373 R-COVI SCTV01C Soberana-02 Soberana-Plus Sputnik-Light Sputnik-M Sputnik-V "
    "Vidprevtyn VLA2001 WIBP-CorV YS-SC2-010".split()
)
_MAKERS = frozenset(
    "Bharat-Biotech Chumakov-Federal-Scientific-Center CIGB Finlay-Institute Fiocruz Gamaleya-Research-Institute "
    "Instituto-Butantan NVSI Sinopharm-WIBP Sinovac-Biotech Vector-Institute Yisheng-Biopharma".split()
)

_SNOMED = ("[1-9][0-9]{5,17}", "snomed")
_FORMS: dict[str, tuple[tuple[str, str], ...]] = {
    "tg": (_SNOMED,),
    "vp": (_SNOMED, ("[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}", "atc")),
    "mp": (("EU/[0-9]/[0-9]{2}/[0-9]{3,4}", _REGISTER), ("|".join(map(re.escape, _PRODUCTS)), _PRODUCT_NAMES)),
    "ma": (
        ("ORG-[0-9]{9}", _ORGANISATIONS),
        ("[1-9][0-9]{0,5}", _DEVICES),
        ("|".join(map(re.escape, _MAKERS)), _MAKER_NAMES),
    ),
    "tt": (("LP[0-9]{1,7}-[0-9]", "loinc"),),
    "tr": (_SNOMED,),
    "co": (),
}


def dcc_code(field: str, value: str) -> str:
    """The code of a field of a certificate, as a `Code` of our schemas is written; no two values give the same.

    `field` is tg, vp, mp, ma (a vaccine's manufacturer, or a test's device), tt, tr or co.

    Raises:
        ValueError: another field; or a value that holds "|" or is not in Unicode's form NFC, as no code of the value
            sets is: two texts would be one code.
    """
    if field not in _FORMS:
        raise ValueError("expected one of the fields " + ", ".join(_FORMS))
    if not isinstance(value, str):
        raise TypeError(f"expected a code as text, got {type(value).__name__}")
    if "|" in value or not unicodedata.is_normalized("NFC", value):
        raise ValueError(f"{field}: expected a code without '|', in Unicode's composed form (NFC)")
    for form, system in _FORMS[field]:
        if re.fullmatch(form, value):
            return f"{system}|{value}"
    return value


def bare_code(code: str) -> str:
    """The code as a certificate has it; undoes `dcc_code`."""
    return parse_code(code).code if "|" in code else code
