import functools
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.health import LabResult
from zkhealth.health.findings import RefusalError
from zkhealth.health.units import canonical, rounded, rows, scales

AFFINE = {"ngsp", "ifcc", "temperature"}


@pytest.mark.parametrize(("code", "value", "unit", "expected"), [
    pytest.param("4548-4", "5.876887578794747", "%", "5.8769 %", id="HbA1c as Synthea writes it"),
    pytest.param("4548-4", "48", "mmol/mol", "6.5430 %", id="HbA1c, IFCC to NGSP"),
    pytest.param("4548-4", "53", "mmol/mol", "7.0004 %", id="the limit of 53 is not 7.0"),
    pytest.param("59261-8", "48", "mmol/mol", "48.0000 mmol/mol", id="HbA1c, IFCC"),
    pytest.param("59261-8", "6.5", "%", "47.5295 mmol/mol", id="HbA1c, NGSP to IFCC"),
    pytest.param("2345-7", "5.5", "mmol/L", "99.0858 mg/dL", id="glucose"),
    pytest.param("15074-8", "6.3", "mmol/L", "6.3000 mmol/L", id="glucose in moles"),
    pytest.param("14749-6", "100", "mg/dL", "5.5507 mmol/L", id="glucose the other way"),
    pytest.param("2093-3", "5", "mmol/L", "193.3270 mg/dL", id="cholesterol"),
    pytest.param("38483-4", "88.42", "umol/L", "1.0002 mg/dL", id="creatinine"),
    pytest.param("718-7", "140", "g/L", "14.0000 g/dL", id="haemoglobin"),
    pytest.param("8302-2", "71", "[in_i]", "180.3400 cm", id="inches"),
    pytest.param("29463-7", "150", "[lb_av]", "68.0389 kg", id="pounds"),
    pytest.param("8310-5", "98.6", "[degF]", "37.0000 Cel", id="Fahrenheit"),
    pytest.param("8310-5", "310.15", "K", "37.0000 Cel", id="Kelvin"),
    pytest.param("8480-6", "16", "kPa", "120.0102 mm[Hg]", id="kilopascal"),
    pytest.param("6690-2", "7500", "/uL", "7.5000 10*3/uL", id="cells"),
    pytest.param("2947-0", "140", "meq/L", "140.0000 mmol/L", id="sodium"),
    pytest.param("8867-4", "72", "{beats}/min", "72.0000 /min", id="an annotation means 1"),
    pytest.param("72514-3", "3", "{score}", "3.0000 1", id="only an annotation"),
    pytest.param("33914-3", "74.5", "mL/min/{1.73_m2}", "74.5000 mL/min/{1.73_m2}", id="filtration"),
])  # fmt: skip
def test_a_value_is_in_the_canonical_unit(code, value, unit, expected):
    number, kept = canonical([code], Decimal(value), unit)
    assert f"{number} {kept}" == expected


@pytest.mark.parametrize(("codes", "value", "unit", "reason"), [
    pytest.param(["4548-4"], "1", "mg/dL", "UNSUPPORTED_UNIT", id="another dimension"),
    pytest.param(["4548-4"], "1", "percent", "UNSUPPORTED_UNIT", id="no UCUM"),
    pytest.param(["4548-4"], "7", "{percent}", "UNSUPPORTED_UNIT", id="a percent in braces is 1"),
    pytest.param(["2345-7"], "1", "MG/DL", "UNSUPPORTED_UNIT", id="case"),
    pytest.param(["2345-7"], "1", "", "UNSUPPORTED_UNIT", id="no unit"),
    pytest.param(["33914-3"], "74", "mL/min", "UNSUPPORTED_UNIT", id="filtration of the whole body"),
    pytest.param(["33914-3"], "74", "mL/min/{1.73}", "UNSUPPORTED_UNIT", id="filtration of something"),
    pytest.param(["49765-1"], "5", "meq/L", "UNSUPPORTED_UNIT", id="calcium has two charges"),
    pytest.param(["1-1"], "1", "mg/dL", "UNSUPPORTED_UNIT", id="an unknown code"),
    pytest.param([], "1", "mg/dL", "UNSUPPORTED_UNIT", id="no code"),
    pytest.param(["4548-4", "59261-8"], "7", "%", "UNSUPPORTED_UNIT", id="two canonical units"),
    pytest.param(["4548-4"], "NaN", "%", "VALUE_NOT_USABLE", id="not a number"),
    pytest.param(["4548-4"], "Infinity", "%", "VALUE_NOT_USABLE", id="infinite"),
    pytest.param(["4548-4"], "1E+40", "%", "VALUE_NOT_USABLE", id="huge"),
    pytest.param(["4548-4"], "1E-999999999", "%", "VALUE_NOT_USABLE", id="tiny"),
    pytest.param(["4548-4"], "1." + "1" * 100, "%", "VALUE_NOT_USABLE", id="too many digits"),
])  # fmt: skip
def test_what_cannot_be_converted_is_refused_by_name(codes, value, unit, reason):
    with pytest.raises(RefusalError) as e:
        canonical(codes, Decimal(value), unit)
    assert e.value.code == reason


@pytest.mark.parametrize("codes", [["4548-4", "17856-6"], ["4548-4", "1-1"], ["4548-4"] * 2])
def test_several_codes_of_one_canonical_unit_are_one(codes):
    assert canonical(codes, Decimal("6.5"), "%") == (Decimal("6.5000"), "%")


@pytest.mark.parametrize(("value", "expected"), [
    ("0.00005", "0.0000"), ("0.00015", "0.0002"), ("-0.00005", "0.0000"), ("-0.00015", "-0.0002"),
    ("6.99995", "7.0000"), ("6.999949999999999999", "6.9999"), ("0", "0.0000"), ("1E+3", "1000.0000"),
])  # fmt: skip
def test_rounding_is_half_to_even_and_once(value, expected):
    assert str(rounded(Decimal(value))) == expected


def test_a_conversion_is_not_rounded_before_the_end():
    # 30.00005 kg/m2 is a tie; a float below it would go down, and so would a value that was rounded to six digits.
    assert canonical(["39156-5"], Decimal("30.00005"), "kg/m2")[0] == Decimal("30.0000")
    assert canonical(["39156-5"], Decimal("30.000050000000000000000001"), "kg/m2")[0] == Decimal("30.0001")


decimals = st.decimals(min_value=-(10**6), max_value=10**6, allow_nan=False, allow_infinity=False, places=12)


@given(decimals)
def test_rounding_agrees_with_decimal(value):
    assert rounded(value) == value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN)


@given(st.decimals(min_value=1, max_value=200, places=3))
def test_hba1c_goes_there_and_back(value):
    percent, _ = canonical(["4548-4"], value, "mmol/mol")
    back, _ = canonical(["59261-8"], percent, "%")
    assert abs(back - value) <= Decimal("0.0012")  # half of the last decimal, divided by 0.09148, and rounded


@given(st.sampled_from(sorted(rows())), st.decimals(min_value=0, max_value=1000, places=4))
def test_a_value_in_the_canonical_unit_stays(code, value):
    assert canonical([code], value, rows()[code].unit) == (value, rows()[code].unit)


@given(st.sampled_from(sorted(rows())), st.text(max_size=80))
def test_any_unit_is_converted_or_refused(code, unit):
    try:
        number, _ = canonical([code], Decimal(1), unit)
    except RefusalError as e:
        assert e.code == "UNSUPPORTED_UNIT"
    else:
        assert number.as_tuple().exponent == -4


def test_every_row_fits_the_schema():
    field = LabResult.spec.fields["value"]
    for code, row in rows().items():
        number, _ = canonical([code], Decimal("12.3456"), row.unit)
        assert field.encode(number) == (123456,)
        assert row.dimension in AFFINE or (row.dimension, row.unit) in scales()


@functools.cache
def registry_of_units():
    return pytest.importorskip("ucumvert").PintUcumRegistry(non_int_type=Fraction)


@pytest.mark.parametrize("dimension", sorted({dimension for dimension, _ in scales()} - {"ion", "clearance"}))
def test_the_sizes_of_units_are_those_of_ucum(dimension):
    """The oracle is ucumvert, over pint, whose mm[Hg] is 133.3224 Pa where UCUM says 133.322.

    Charges are counted in moles there, and 1.73 m2 is a comment in UCUM.
    """
    registry = registry_of_units()
    names = [unit for of, unit in scales() if of == dimension and unit not in ("{}", "[IU]/L", "[iU]/L", "kU/L")]
    reference = names[0]
    for unit in names[1:]:
        ratio = registry.from_ucum(unit).to(registry.from_ucum(reference).units).magnitude
        size = Fraction(ratio) / Fraction(registry.from_ucum(reference).magnitude)
        expected = scales()[dimension, unit] / scales()[dimension, reference]
        assert abs(size / expected - 1) < Fraction(1, 10**5), unit
