"""Lists that come with the library.  They are facts of a day: take the publisher's newer ones where there are."""

from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.health.codes import COVID19, INFLUENZA
from zkhealth.health.dcc_codes import dcc_code

# ehn-dcc-development/ehn-dcc-valuesets, vaccine-medicinal-product.json and test-type.json.
_PRODUCTS = """
    EU/1/20/1507 EU/1/20/1525 EU/1/20/1528 EU/1/21/1529 EU/1/21/1580 EU/1/21/1618 EU/1/21/1624 EU/1/22/1709
    Abdala AZD2816 BBIBP-CorV CVnCoV Convidecia CoronaVac Covaxin CoviVac Covid-19-adsorvida-inativada
    Covid-19-recombinant Covifenz Covishield Covovax EpiVacCorona EpiVacCorona-N Hayat-Vax
    Inactivated-SARS-CoV-2-Vero-Cell MVC-COV1901 NVSI-06-08 NVX-CoV2373 R-COVI SCTV01C Soberana-02 Soberana-Plus
    Sputnik-Light Sputnik-M Sputnik-V VLA2001 Vidprevtyn WIBP-CorV YS-SC2-010
"""
_TEST_TYPES = "LP6464-4 LP217198-3"
_CVX_VERSION = "2025-09-03"

EU_PRODUCTS = ValueSet("vaccines-covid-19-names", "2022-11-30", (dcc_code("mp", code) for code in _PRODUCTS.split()))
"""Vaccines against COVID-19, by the EU's value set."""

EU_TEST_TYPES = ValueSet("covid-19-lab-test-type", "2021-04-27", (dcc_code("tt", code) for code in _TEST_TYPES.split()))
"""Kinds of tests for COVID-19, by the EU's value set."""

COVID19_CVX = ValueSet("cvx-covid-19", _CVX_VERSION, (code.canonical for code in COVID19))
"""Vaccines against COVID-19, by CDC's CVX table."""

INFLUENZA_CVX = ValueSet("cvx-influenza", _CVX_VERSION, (code.canonical for code in INFLUENZA))
"""Vaccines against seasonal influenza, by CDC's CVX table."""
