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
    pytest.param("26464-8", "7.5", "10^9/l", "7.5000 10*3/uL", id="cells, and the other spellings of ten and litre"),
    pytest.param("26515-7", "250", "/nl", "250.0000 10*3/uL", id="platelets in a nanolitre"),
    pytest.param("26453-1", "4.5", "/pL", "4.5000 10*6/uL", id="red cells in a picolitre"),
    pytest.param("751-8", "4500", "/mm3", "4.5000 10*3/uL", id="neutrophils in a cubic millimetre"),
    pytest.param("24467-3", "0.35", "10*9/L", "350.0000 /uL", id="CD4 cells"),
    pytest.param("20570-8", "0.42", "L/L", "42.0000 %", id="haematocrit as a fraction"),
    pytest.param("58413-6", "2", "/100{WBC}", "2.0000 %", id="for each hundred"),
    pytest.param("718-7", "14", "g/dl", "14.0000 g/dL", id="a small litre"),
    pytest.param("9318-7", "3", "mg/mmol", "26.5210 mg/g", id="albumin to creatinine, in moles"),
    pytest.param("14959-1", "30", "mg/g{creat}", "30.0000 mg/g", id="and in grams"),
    pytest.param("3016-3", "2.5", "mU/L", "2.5000 m[IU]/L", id="thyrotropin in units"),
    pytest.param("3016-3", "2.5", "u[iU]/mL", "2.5000 m[IU]/L", id="and in small international ones"),
    pytest.param("6206-7", "0.35", "kU/L", "0.3500 k[IU]/L", id="an antibody to an allergen"),
    pytest.param("34714-6", "2.5", "{INR}", "2.5000 1", id="INR"),
    pytest.param("2744-1", "7.4", "[pH]", "7.4000 [pH]", id="acidity"),
    pytest.param("8302-2", "70", "[in_us]", "177.8004 cm", id="inches of a survey, as LOINC has them"),
    pytest.param("20150-9", "3100", "mL", "3.1000 L", id="a breath"),
    pytest.param("8339-4", "3250", "g", "3.2500 kg", id="weight at birth"),
    pytest.param("33914-3", "74", "ml/min/{1.73_m2}", "74.0000 mL/min/{1.73_m2}", id="filtration in small litres"),
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
    pytest.param(["2345-7"], "1", "{" + "x" * 57 + "}mg/dL/s", "UNSUPPORTED_UNIT", id="what only begins as its unit"),
    pytest.param(["2345-7"], "1", "{" + "x" * 58 + "}mg/dL", "UNSUPPORTED_UNIT", id="a long unit"),
    pytest.param(["2093-3"], "1", "mgl/dL", "UNSUPPORTED_UNIT", id="a litre in a word"),
    pytest.param(["2085-9"], "1", "mmoL/L", "UNSUPPORTED_UNIT", id="a mole is no litre"),
    pytest.param(["26464-8"], "1", "G/L", "UNSUPPORTED_UNIT", id="G is gauss"),
    pytest.param(["2744-1"], "7", "pH", "UNSUPPORTED_UNIT", id="pH is a picohenry"),
    pytest.param(["2744-1"], "40", "nmol/L", "UNSUPPORTED_UNIT", id="acidity as a concentration"),
    pytest.param(["2601-3"], "2", "meq/L", "UNSUPPORTED_UNIT", id="magnesium has two charges"),
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


def test_every_code_of_the_table_ends_in_its_check_digit():
    """The last digit of a LOINC code is that of Luhn's sum over the others (LOINC Users' Guide)."""
    for code in rows():
        digits, check = code.split("-")
        doubled = [int(d) * (2 - n % 2) for n, d in enumerate(reversed(digits))]
        assert (10 - sum(n // 10 + n % 10 for n in doubled) % 10) % 10 == int(check), code


FACTORS = [  # of the AMA Manual of Style; the last digit is rounded there
    ("2345-7", "mg/dL", "mmol/L", "0.0555"), ("2093-3", "mg/dL", "mmol/L", "0.0259"),
    ("2571-8", "mg/dL", "mmol/L", "0.0113"), ("2160-0", "mg/dL", "umol/L", "88.4"),
    ("3094-0", "mg/dL", "mmol/L", "0.357"), ("3084-1", "mg/dL", "umol/L", "59.485"),
    ("17861-6", "mg/dL", "mmol/L", "0.25"), ("2777-1", "mg/dL", "mmol/L", "0.323"),
    ("19123-9", "mg/dL", "mmol/L", "0.411"), ("1975-2", "mg/dL", "umol/L", "17.104"),
    ("2498-4", "ug/dL", "umol/L", "0.179"), ("2500-7", "ug/dL", "umol/L", "0.179"),
    ("2132-9", "pg/mL", "pmol/L", "0.7378"), ("2284-8", "ng/mL", "nmol/L", "2.266"),
    ("1989-3", "ng/mL", "nmol/L", "2.496"), ("3024-7", "ng/dL", "pmol/L", "12.871"),
    ("3051-0", "pg/mL", "pmol/L", "1.536"), ("2986-8", "ng/dL", "nmol/L", "0.0347"),
    ("2143-6", "ug/dL", "nmol/L", "27.588"), ("2243-4", "pg/mL", "pmol/L", "3.671"),
    ("5671-3", "ug/dL", "umol/L", "0.0483"), ("2524-7", "mg/dL", "mmol/L", "0.111"),
    ("16362-6", "ug/dL", "umol/L", "0.587"), ("3091-6", "mg/dL", "mmol/L", "0.1665"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "unit", "to_unit", "factor"), FACTORS)
def test_mass_and_moles_convert_by_the_factors_of_the_clinic(code, unit, to_unit, factor):
    kept = rows()[code].unit
    of_mass, _ = canonical([code], Decimal(1000), unit)
    of_moles, _ = canonical([code], 1000 * Decimal(factor), to_unit)
    assert kept in (unit, to_unit)
    assert abs(of_mass / of_moles - 1) < Decimal("0.005")


def test_every_molar_mass_of_the_table_is_one_of_those():
    checked = {rows()[code].molar_mass for code, *_ in FACTORS}
    assert {row.molar_mass for row in rows().values()} == checked | {None}


@functools.cache
def registry_of_units():
    return pytest.importorskip("ucumvert").PintUcumRegistry(non_int_type=Fraction)


NOT_OF_UCUM = {"ion", "clearance", "acidity", "mass/creatinine"}


@pytest.mark.parametrize("dimension", sorted({dimension for dimension, _ in scales()} - NOT_OF_UCUM))
def test_the_sizes_of_units_are_those_of_ucum(dimension):
    """The oracle is ucumvert, over pint, whose mm[Hg] is 133.3224 Pa where UCUM says 133.322.

    Charges are counted in moles there, 1.73 m2 is a comment in UCUM, acidity is a logarithm, and a mole of creatinine
    has no mass.  U is the unit of enzymes, which nobody can compare with the international one.
    """
    registry = registry_of_units()
    units = [unit for of, unit in scales() if of == dimension and unit != "{}"]
    names = [unit for unit in units if ("[IU]" in unit) == (dimension == "potency")]
    reference = names[0]
    for unit in names[1:]:
        ratio = registry.from_ucum(unit).to(registry.from_ucum(reference).units).magnitude
        size = Fraction(ratio) / Fraction(registry.from_ucum(reference).magnitude)
        expected = scales()[dimension, unit] / scales()[dimension, reference]
        assert abs(size / expected - 1) < Fraction(1, 10**5), unit


@pytest.mark.parametrize(("spelled", "also"), [
    ("10*9/L", "10^9/l"), ("mg/dL", "mg/dl"), ("/nL", "/nl"), ("L", "l"), ("m[IU]/L", "m[iU]/l"), ("fL", "fl"),
    ("mL/min", "ml/min"), ("ug/mL", "ug/ml"), ("mmol/L", "mmol/l"),
])  # fmt: skip
def test_what_ucum_spells_in_two_ways_is_one_unit(spelled, also):
    registry = registry_of_units()
    ratio = (registry.from_ucum(also) / registry.from_ucum(spelled)).to("").magnitude
    assert abs(Fraction(ratio) - 1) < Fraction(1, 10**9)
    code = next(code for code, row in rows().items() if (row.dimension, spelled) in scales())
    assert canonical([code], Decimal(3), also) == canonical([code], Decimal(3), spelled)
