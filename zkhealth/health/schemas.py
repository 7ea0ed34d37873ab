"""What credentials about health say: one schema for each kind of record, whatever document it came from.

Everything is hidden until a policy asks.  Absent stays absent, never 0, and satisfies no clause; a code that a record
gives in several systems keeps up to three of them (`vaccine`, `vaccine_2`, `vaccine_3`); a partial date is an interval
of days; a quantity is in the one canonical unit of its code (`zkhealth.health.units`), rounded once.

    >>> from zkhealth.health.schemas import Immunization
    >>> Immunization.spec.id
    'https://zkhealth.example/schemas/immunization/1'

`authority` is who issued a certificate, as the certificate itself says; `source_format` and `source_issuer` say which
document the values were read from; who vouches for all of it is the issuer of the credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zkhealth.credentials.schemas.fields import Bool, Code, Date, Id, Instant, Int, Quantity, Text
from zkhealth.credentials.schemas.schema import Schema

_ID = "https://zkhealth.example/schemas"
_MEASURED = Quantity("{canonical}", "-10000", "10000000", decimals=4, optional=True)
_MONEY = Quantity("{currency}", "-1000000000", "1000000000", decimals=2, optional=True)
_DAY = Date(partial=True, optional=True)
_CODE = Code(optional=True)
_ID_ = Id(optional=True)
_TEXT = Text(optional=True)
_COUNT = Int(0, 99, optional=True)
_COMMON = (Instant(optional=True), Instant(optional=True), Code(), Text(optional=True))


class Immunization(Schema, id=f"{_ID}/immunization/1"):
    """One dose that was given."""

    birth = _DAY
    vaccine = vaccine_2 = vaccine_3 = _CODE
    product = holder = target = _CODE
    date = _DAY
    dose = series = _COUNT
    lot = _TEXT
    country = _CODE
    primary_source = Bool(optional=True)
    authority = _TEXT
    cert_id = _ID_
    issued, expires, source_format, source_issuer = _COMMON


class LabResult(Schema, id=f"{_ID}/lab-result/1"):
    """One measured value or one finding: a panel becomes several."""

    birth = _DAY
    test = test_2 = test_3 = _CODE
    value = _MEASURED
    unit = value_code = value_code_2 = _CODE
    taken = Instant(optional=True)
    day = _DAY
    status = _CODE
    method = device = interpretation = _CODE
    ref_low = ref_high = _MEASURED
    performer = authority = _TEXT
    target = country = _CODE
    cert_id = _ID_
    issued, expires, source_format, source_issuer = _COMMON


class Recovery(Schema, id=f"{_ID}/recovery/1"):
    """An infection that was survived, as an EU certificate of recovery says it."""

    birth = _DAY
    target = _CODE
    first_positive = _DAY
    valid_from = valid_until = Date(optional=True)
    country = _CODE
    authority = _TEXT
    cert_id = _ID_
    issued, expires, source_format, source_issuer = _COMMON


class Identity(Schema, id=f"{_ID}/identity/1"):
    """Who it is: names as written and as a machine reads them (ICAO 9303), and the day of birth."""

    family = given = family_icao = given_icao = _TEXT
    birth = _DAY
    sex = _CODE
    national_id = photo_hash = _ID_
    deceased = Bool(optional=True)
    issued, expires, source_format, source_issuer = _COMMON


class Condition(Schema, id=f"{_ID}/condition/1"):
    """One diagnosis or problem.  Nothing here says that there are no others."""

    birth = _DAY
    code = Code()
    code_2 = code_3 = _CODE
    clinical = verification = category = _CODE
    onset = abatement = recorded = _DAY
    cert_id = _ID_
    issued, expires, source_format, source_issuer = _COMMON


class Prescription(Schema, id=f"{_ID}/prescription/1"):
    """A medicine that was prescribed; `rx_id` makes one token for all that is filled on it."""

    birth = _DAY
    drug = Code()
    drug_2 = drug_3 = _CODE
    quantity = _MEASURED
    unit = _CODE
    days_supply = Int(0, 9999, optional=True)
    refills = _COUNT
    prescribed = valid_until = _DAY
    prescriber_role = _CODE
    status, intent = Code(), Code()
    rx_id = _ID_
    issued, expires, source_format, source_issuer = _COMMON


class Dispense(Schema, id=f"{_ID}/dispense/1"):
    """A medicine that was handed over, and the prescription that it was handed over on."""

    birth = _DAY
    drug = Code()
    drug_2 = drug_3 = _CODE
    quantity = _MEASURED
    unit = _CODE
    days_supply = Int(0, 9999, optional=True)
    prepared = handed_over = _DAY
    status = Code()
    rx_id = dispense_id = _ID_
    issued, expires, source_format, source_issuer = _COMMON


class Coverage(Schema, id=f"{_ID}/coverage/1"):
    """An insurance: who pays, for which member, and from when to when."""

    birth = _DAY
    payor = _TEXT
    member_id = _ID_
    kind = plan_class = relationship = _CODE
    plan = _TEXT
    start = end = _DAY
    status = Code()
    issued, expires, source_format, source_issuer = _COMMON


class Claim(Schema, id=f"{_ID}/claim/1"):
    """One item of a claim, or of the insurer's answer to it (an explanation of benefit)."""

    birth = _DAY
    claim_id = _ID_
    use, status = Code(), Code()
    kind = service_code = service_code_2 = service_code_3 = _CODE
    diagnosis = diagnosis_2 = diagnosis_3 = _CODE
    service_date = service_end = created = _DAY
    amount = total = _MONEY
    currency = outcome = _CODE
    insurer = provider = _TEXT
    issued, expires, source_format, source_issuer = _COMMON


class Pack(Schema, id=f"{_ID}/pack/1"):
    """One pack of a medicine, as its two-dimensional code names it: product, serial number, lot, expiry."""

    gtin = drug = drug_2 = drug_3 = _CODE
    serial = _ID_
    lot = _TEXT
    expiry = _DAY
    state = _CODE
    issued, expires, source_format, source_issuer = _COMMON


class Consent(Schema, id=f"{_ID}/consent/1"):
    """One decision about data: `decision` is true where it permits."""

    birth = _DAY
    scope, status = Code(), Code()
    decision = Bool()
    actor = _TEXT
    purpose = purpose_2 = data_class = category = policy_rule = _CODE
    start = end = given = _DAY
    consent_id = _ID_
    issued, expires, source_format, source_issuer = _COMMON


class GenomicVariant(Schema, id=f"{_ID}/genomic-variant/1"):
    """One variant that was looked for; `state` says how many of the alleles carry it, `found` whether any does."""

    birth = _DAY
    gene = variant = variant_2 = assembly = state = significance = _CODE
    found = Bool(optional=True)
    day = _DAY
    status = Code()
    method = _CODE
    performer = _TEXT
    cert_id = _ID_
    issued, expires, source_format, source_issuer = _COMMON


class WearableSummary(Schema, id=f"{_ID}/wearable-summary/1"):
    """What a device measured over some days: the mean, the extremes, the total, and on how many days it was worn."""

    birth = _DAY
    measure = Code()
    unit = _CODE
    mean = minimum = maximum = total = _MEASURED
    days_measured = Int(0, 9999, optional=True)
    start = end = _DAY
    status = Code()
    device = _CODE
    issued, expires, source_format, source_issuer = _COMMON


SCHEMAS: Mapping[str, type[Schema]] = MappingProxyType(
    {
        schema.__name__: schema
        for schema in (
            Immunization,
            LabResult,
            Recovery,
            Identity,
            Condition,
            Prescription,
            Dispense,
            Coverage,
            Claim,
            Pack,
            Consent,
            GenomicVariant,
            WearableSummary,
        )
    }
)
"""All of them, by name."""
