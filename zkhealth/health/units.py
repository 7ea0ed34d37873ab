"""Quantities in the one canonical unit of their LOINC code, converted exactly and rounded once (half to even).

    >>> canonical(["4548-4"], Decimal("5.876887578794747"), "%")
    (Decimal('5.8769'), '%')
    >>> canonical(["2345-7"], Decimal("5.5"), "mmol/L")       # glucose, 180.156 g/mol
    (Decimal('99.0858'), 'mg/dL')
    >>> canonical(["4548-4"], Decimal(53), "mmol/mol")        # HbA1c, IFCC to NGSP: 0.09148 * 53 + 2.152
    (Decimal('7.0004'), '%')

A code or a unit that is not in these tables is refused: a number in an unknown unit proves nothing.  Units are UCUM
(https://ucum.org), codes LOINC; molar masses are those of the usual clinical conversions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType

from zkhealth.health.findings import RefusalError

DECIMALS = 4
_MAX_DIGITS, _MAX_EXPONENT = 64, 30
_NGSP = (Fraction("0.09148"), Fraction("2.152"))  # HbA1c: NGSP % = a * IFCC mmol/mol + b, the IFCC-NGSP master equation


@dataclass(frozen=True)
class Row:
    """What is measured under a LOINC code: its dimension, the unit we keep it in, and grams per mole if needed."""

    dimension: str
    unit: str
    molar_mass: Fraction | None = None


_ROWS = """
    4548-4 ngsp %                         17856-6 ngsp %                        4549-2 ngsp %
    59261-8 ifcc mmol/mol
    2345-7 mass/volume mg/dL 180.156      2339-0 mass/volume mg/dL 180.156      1558-6 mass/volume mg/dL 180.156
    14749-6 moles/volume mmol/L 180.156   15074-8 moles/volume mmol/L 180.156
    2093-3 mass/volume mg/dL 386.654      2085-9 mass/volume mg/dL 386.654      13457-7 mass/volume mg/dL 386.654
    18262-6 mass/volume mg/dL 386.654     2089-1 mass/volume mg/dL 386.654      2571-8 mass/volume mg/dL 885.43
    2160-0 mass/volume mg/dL 113.118      38483-4 mass/volume mg/dL 113.118     14682-9 moles/volume umol/L 113.118
    3094-0 mass/volume mg/dL 28.0134      6299-2 mass/volume mg/dL 28.0134      3084-1 mass/volume mg/dL 168.11
    17861-6 mass/volume mg/dL 40.078      49765-1 mass/volume mg/dL 40.078      1975-2 mass/volume mg/dL 584.66
    718-7 mass/volume g/dL                786-4 mass/volume g/dL                1751-7 mass/volume g/dL
    2885-2 mass/volume g/dL               1988-5 mass/volume mg/L               30522-7 mass/volume mg/L
    2857-1 mass/volume ng/mL              2276-4 mass/volume ng/mL              1989-3 mass/volume ng/mL 400.64
    2951-2 ion mmol/L                     2947-0 ion mmol/L                     2823-3 ion mmol/L
    6298-4 ion mmol/L                     2075-0 ion mmol/L                     2069-3 ion mmol/L
    2028-9 ion mmol/L                     20565-8 ion mmol/L                    14959-1 mass/mass mg/g
    33914-3 clearance mL/min/{1.73_m2}    48642-3 clearance mL/min/{1.73_m2}    48643-1 clearance mL/min/{1.73_m2}
    62238-1 clearance mL/min/{1.73_m2}    69405-9 clearance mL/min/{1.73_m2}    98979-8 clearance mL/min/{1.73_m2}
    39156-5 mass/area kg/m2               29463-7 mass kg                       3141-9 mass kg
    8302-2 length cm                      8287-5 length cm                      56086-2 length cm
    6690-2 number/volume 10*3/uL          777-3 number/volume 10*3/uL           789-8 number/volume 10*6/uL
    4544-3 fraction %                     788-0 fraction %                      2708-6 fraction %
    59408-5 fraction %                    59576-9 fraction %
    787-2 volume fL                       32623-1 volume fL                     21000-5 volume fL
    32207-3 volume fL                     785-6 mass pg
    8480-6 pressure mm[Hg]                8462-4 pressure mm[Hg]                8867-4 rate /min
    9279-1 rate /min                      8310-5 temperature Cel                8331-1 temperature Cel
    1742-6 activity U/L                   1920-8 activity U/L                   6768-6 activity U/L
    2324-2 activity U/L                   3016-3 potency m[IU]/L                6301-6 count 1
    72514-3 count 1                       41950-7 count 1                       55423-8 count 1
    41981-2 energy kcal                   93832-4 time h
    8478-0 pressure mm[Hg]                9843-4 length cm                      9272-6 count 1
    11555-0 moles/volume mmol/L           11557-6 pressure mm[Hg]               11556-8 pressure mm[Hg]
"""

_SCALES = """
    mass/volume    g/L 1  g/dL 10  mg/dL 0.01  mg/L 0.001  mg/mL 1  ug/mL 0.001  ug/dL 0.00001  ug/L 0.000001
    mass/volume    ng/mL 0.000001  ng/dL 0.00000001  ng/L 0.000000001  pg/mL 0.000000001
    moles/volume   mol/L 1  mmol/L 0.001  umol/L 0.000001  nmol/L 0.000000001  pmol/L 0.000000000001
    ion            mmol/L 1  mol/L 1000  meq/L 1
    mass/mass      mg/g 1  ug/mg 1  g/kg 1  g/g 1000
    clearance      mL/min/{1.73_m2} 1
    mass/area      kg/m2 1
    mass           kg 1  g 0.001  mg 0.000001  ug 0.000000001  ng 0.000000000001  pg 0.000000000000001
    mass           [lb_av] 0.45359237  [oz_av] 0.028349523125
    length         cm 1  m 100  mm 0.1  [in_i] 2.54  [ft_i] 30.48
    number/volume  10*3/uL 1  10*9/L 1  10*6/uL 1000  10*12/L 1000  10*6/L 0.001  /uL 0.001
    number/volume  /mL 0.000001  /L 0.000000001
    fraction       % 1  1 100
    volume         fL 1  um3 1  pL 1000
    pressure       mm[Hg] 133.322  kPa 1000  Pa 1
    rate           /min 1  1/min 1  /s 60  /h 1/60
    activity       U/L 1  [IU]/L 1  [iU]/L 1  kU/L 1000  ukat/L 60  nkat/L 0.06
    potency        m[IU]/L 1  m[iU]/L 1  u[IU]/mL 1  u[iU]/mL 1  [IU]/L 1000  [iU]/L 1000
    count          1 1  {} 1
    energy         kcal 4184  cal 4.184  kJ 1000  J 1
    time           h 3600  min 60  s 1  d 86400
"""

_AFFINE: Mapping[tuple[str, str], tuple[Fraction, Fraction]] = MappingProxyType(
    {
        ("ngsp", "%"): (Fraction(1), Fraction(0)),
        ("ngsp", "mmol/mol"): _NGSP,
        ("ifcc", "mmol/mol"): (Fraction(1), Fraction(0)),
        ("ifcc", "%"): (1 / _NGSP[0], -_NGSP[1] / _NGSP[0]),
        ("temperature", "Cel"): (Fraction(1), Fraction(0)),
        ("temperature", "[degF]"): (Fraction(5, 9), Fraction(-160, 9)),
        ("temperature", "K"): (Fraction(1), Fraction("-273.15")),
    }
)
"""Canonical value = a * value + b, where that is more than a factor."""


def canonical(codes: Iterable[str], value: Decimal, unit: str) -> tuple[Decimal, str]:
    """The value in the canonical unit of these LOINC codes of one measurement, and that unit.

    Raises:
        RefusalError: UNSUPPORTED_UNIT if no code is known, two codes have different units, or the unit is not known for
            them; VALUE_NOT_USABLE for a number that no measurement has.
    """
    found = {row for code in codes if (row := rows().get(code))}
    if len(found) != 1:
        why = "its codes have two canonical units" if found else "no canonical unit is known for its code"
        raise RefusalError("UNSUPPORTED_UNIT", why)
    (row,) = found
    a, b = _to_canonical(row, unit)
    return rounded(a * _exact(value) + b), row.unit


def rounded(value: Fraction | Decimal) -> Decimal:
    """The nearest number of four decimals, half to even."""
    n = round((value if isinstance(value, Fraction) else _exact(value)) * 10**DECIMALS)
    sign, digits = int(n < 0), tuple(map(int, str(abs(n))))
    return Decimal((sign, digits, -DECIMALS))


@cache
def rows() -> Mapping[str, Row]:
    """The table: LOINC code to row."""
    words, out = _ROWS.split(), {}
    while words:
        code, dimension, unit = words[:3]
        has_mass = len(words) > 3 and _is_number(words[3])
        out[code] = Row(dimension, unit, Fraction(words[3]) if has_mass else None)
        words = words[4 if has_mass else 3 :]
    return MappingProxyType(out)


@cache
def scales() -> Mapping[tuple[str, str], Fraction]:
    """The table of units: the size of each in its dimension."""
    out: dict[tuple[str, str], Fraction] = {}
    for line in _SCALES.strip().splitlines():
        dimension, *words = line.split()
        out |= {(dimension, unit): Fraction(size) for unit, size in zip(words[::2], words[1::2], strict=True)}
    return MappingProxyType(out)


def _to_canonical(row: Row, unit: str) -> tuple[Fraction, Fraction]:
    """The a and b of canonical = a * value + b."""
    for name in dict.fromkeys((unit, _without_annotations(unit))):
        if affine := _AFFINE.get((row.dimension, name)):
            return affine
        if size := scales().get((row.dimension, name)):
            return size / scales()[row.dimension, row.unit], Fraction(0)
        if row.molar_mass and (size := scales().get((_OTHER[row.dimension], name))):
            grams = row.molar_mass if row.dimension == "mass/volume" else 1 / row.molar_mass
            return size * grams / scales()[row.dimension, row.unit], Fraction(0)
    raise RefusalError("UNSUPPORTED_UNIT", "expected a UCUM unit that the table has for this code")


def _without_annotations(unit: str) -> str:
    """The unit without its comments in braces; "{}" if it is nothing else.  They mean 1, but not always to people.

    >>> _without_annotations("{beats}/min"), _without_annotations("{score}")
    ('/min', '{}')
    """
    before, brace, rest = unit[:64].partition("{")
    _, end, after = rest.partition("}")
    if not brace or not end or "{" in after:
        return unit
    return before + after or "{}"


def _exact(value: Decimal) -> Fraction:
    if not value.is_finite() or len(value.as_tuple().digits) > _MAX_DIGITS:
        raise RefusalError("VALUE_NOT_USABLE", "expected a number of at most 64 digits")
    if value and not -_MAX_EXPONENT <= value.adjusted() <= _MAX_EXPONENT:
        raise RefusalError("VALUE_NOT_USABLE", "expected a number that a measurement can have")
    return Fraction(value) if value else Fraction(0)


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


_OTHER = {"mass/volume": "moles/volume", "moles/volume": "mass/volume"}
