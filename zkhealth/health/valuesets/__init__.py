"""Lists of codes with a name, a version and a digest, read from what their publishers publish.

    >>> from zkhealth.health.valuesets import read_value_set
    >>> results = read_value_set('''{"valueSetId": "covid-19-lab-result", "valueSetDate": "2021-04-27",
    ...     "valueSetValues": {"260415000": {"display": "Not detected", "system": "http://snomed.info/sct"}}}''')
    >>> results
    <ValueSet 'covid-19-lab-result', version 2021-04-27, 1 codes, a5d5609298c1…>
    >>> results.codes
    ('http://snomed.info/sct|260415000',)

A policy that asks for `v.product.one_of(products)` names the list and its digest; who reads the policy must have it.
"""

from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.health.valuesets.known import COVID19_CVX, EU_PRODUCTS, EU_TEST_TYPES, INFLUENZA_CVX
from zkhealth.health.valuesets.reader import read_value_set

__all__ = ["ValueSet", "read_value_set", "EU_PRODUCTS", "EU_TEST_TYPES", "COVID19_CVX", "INFLUENZA_CVX"]
