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

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType

from zkhealth.health.findings import RefusalError

DECIMALS = 4
_MAX_DIGITS, _MAX_EXPONENT, _MAX_UNIT = 64, 30, 64
_LITRE = re.compile(r"(?<![A-Za-z\[])([dcmunpf]?)l\b")
_NGSP = (Fraction("0.09148"), Fraction("2.152"))  # HbA1c: NGSP % = a * IFCC mmol/mol + b, the IFCC-NGSP master equation


@dataclass(frozen=True)
class Row:
    """What is measured under a LOINC code: its dimension, the unit we keep it in, and grams per mole if needed."""

    dimension: str
    unit: str
    molar_mass: Fraction | None = None


_ROWS = """
    HbA1c            ngsp %: 4548-4 17856-6 4549-2 97506-0
    HbA1c            ifcc mmol/mol: 59261-8
    glucose          mass/volume mg/dL 180.156: 2345-7 2339-0 1558-6 1521-4 1518-0 20436-2 41653-7 2340-8 32016-8
    glucose          mass/volume mg/dL 180.156: 27353-2 97507-8 5792-7
    glucose          moles/volume mmol/L 180.156: 14749-6 15074-8 14771-0 14743-9
    cholesterol      mass/volume mg/dL 386.654: 2093-3 2085-9 13457-7 18262-6 2089-1 43396-1 13458-5 2091-7 55440-2
    cholesterol      mass/volume mg/dL 386.654: 49132-4
    cholesterol      moles/volume mmol/L 386.654: 14647-2 14646-4 22748-8 39469-2 69419-0 70204-3
    triglyceride     mass/volume mg/dL 885.43: 2571-8 3043-7 12951-0
    triglyceride     moles/volume mmol/L 885.43: 14927-8
    lipoproteins     mass/volume mg/dL: 1884-6 1869-7 10835-7
    lipoproteins     moles/volume nmol/L: 43583-4
    creatinine       mass/volume mg/dL 113.118: 2160-0 38483-4 2161-8
    creatinine       moles/volume umol/L 113.118: 14682-9 77140-2
    urea-nitrogen    mass/volume mg/dL 28.0134: 3094-0 6299-2
    urea-nitrogen    moles/volume mmol/L 28.0134: 14937-7
    urea             mass/volume mg/dL 60.056: 3091-6
    urea             moles/volume mmol/L 60.056: 22664-7
    urate            mass/volume mg/dL 168.11: 3084-1
    urate            moles/volume umol/L 168.11: 14933-6
    filtration       clearance mL/min/{1.73_m2}: 33914-3 48642-3 48643-1 62238-1 69405-9 98979-8 98980-6 50210-4
    filtration       clearance mL/min/{1.73_m2}: 88293-6 88294-4 50044-7 70969-1 77147-7
    filtration       flow mL/min: 2164-2
    of-creatinine    mass/creatinine mg/g: 14959-1 9318-7 13705-9 14958-3 2890-2
    electrolytes     ion mmol/L: 2951-2 2947-0 2823-3 6298-4 2075-0 2069-3 2028-9 20565-8 1963-8 14627-4 1959-6 1960-4
    electrolytes     ion mmol/L: 33037-3 10466-1 1863-0 1925-7 11555-0
    calcium          mass/volume mg/dL 40.078: 17861-6 49765-1 17863-2
    calcium          moles/volume mmol/L 40.078: 2000-8 1994-3 1995-0 12180-6 13959-2
    phosphorus       mass/volume mg/dL 30.974: 2777-1
    phosphorus       moles/volume mmol/L 30.974: 14879-1
    magnesium        mass/volume mg/dL 24.305: 19123-9
    magnesium        moles/volume mmol/L 24.305: 2601-3
    bilirubin        mass/volume mg/dL 584.66: 1975-2 1968-7 1971-1 20505-4
    bilirubin        moles/volume umol/L 584.66: 14631-6 14629-0 14630-8
    proteins         mass/volume g/dL: 1751-7 61151-7 2885-2 10834-0 2336-6
    enzymes          activity U/L: 1742-6 1743-4 1744-2 1920-8 30239-8 88112-8 6768-6 2324-2 2532-0 14804-9 14805-6
    enzymes          activity U/L: 2157-6 3040-3 1798-8
    lactate          moles/volume mmol/L 90.078: 2524-7 32693-4 2518-9
    ammonia          moles/volume umol/L 17.031: 16362-6
    ratios           ratio 1: 3097-3 1759-0 9830-1 2965-2 5811-5
    haemoglobin      mass/volume g/dL: 718-7 20509-6 30350-3 786-4 28540-3
    haemoglobin      moles/volume mmol/L: 59260-0
    haemoglobin      mass pg: 785-6 28539-5
    haematocrit      fraction %: 4544-3 20570-8
    red-cells        number/volume 10*6/uL: 789-8 26453-1
    red-cells        fraction %: 788-0 30385-9 17849-1 4679-7
    red-cells        volume fL: 787-2 30428-7 21000-5 30384-2
    red-cells        number/volume 10*3/uL: 60474-4 14196-0 771-6 30392-5
    white-cells      number/volume 10*3/uL: 6690-2 26464-8 751-8 731-0 742-7 711-2 704-7 26499-4 26474-7 26484-6
    white-cells      number/volume 10*3/uL: 26449-9 26444-0 53115-2
    white-cells      fraction %: 770-8 736-9 5905-5 713-8 706-2 26511-6 26478-8 26485-3 26450-7 30180-4 38518-7
    white-cells      fraction %: 71695-1 58413-6 8123-2
    white-cells      number/volume /uL: 24467-3
    platelets        number/volume 10*3/uL: 777-3 26515-7
    platelets        volume fL: 32623-1 28542-9 32207-3
    iron             mass/volume ug/dL 55.845: 2498-4 2500-7
    iron             moles/volume umol/L 55.845: 14798-3 14800-7
    iron             fraction %: 2502-3
    transferrin      mass/volume mg/dL: 3034-6
    ferritin         mass/volume ng/mL: 2276-4 20567-4
    cobalamin        mass/volume pg/mL 1355.37: 2132-9
    cobalamin        moles/volume pmol/L 1355.37: 14685-2
    folate           mass/volume ng/mL 441.4: 2284-8
    folate           moles/volume nmol/L 441.4: 14732-2
    calcidiol        mass/volume ng/mL 400.64: 1989-3 62292-8
    calcidiol        moles/volume nmol/L 400.64: 14635-7 68438-1
    lead             mass/volume ug/dL 207.2: 5671-3 10368-9 77307-7
    thyrotropin      potency m[IU]/L: 3016-3 11579-0 11580-8
    thyroxine        mass/volume ng/dL 776.87: 3024-7
    thyroxine        moles/volume pmol/L 776.87: 14920-3
    triiodothyronine mass/volume pg/mL 650.97: 3051-0
    triiodothyronine moles/volume pmol/L 650.97: 14928-6
    testosterone     mass/volume ng/dL 288.42: 2986-8
    testosterone     moles/volume nmol/L 288.42: 14913-8
    estradiol        mass/volume pg/mL 272.38: 2243-4
    estradiol        moles/volume pmol/L 272.38: 14715-7
    cortisol         mass/volume ug/dL 362.46: 2143-6
    gonadotropins    potency [IU]/L: 15067-2 10501-5
    insulin          potency u[IU]/mL: 20448-7
    prolactin        mass/volume ng/mL: 2842-3
    parathyrin       mass/volume pg/mL: 2731-8
    allergen-IgE     potency k[IU]/L: 19113-0 6206-7 6273-7 6082-2 6246-3 6276-0 6106-9 6248-9 7258-7 6189-5 6085-5
    allergen-IgE     potency k[IU]/L: 6833-8 6095-4 6075-6 6844-5 6158-0
    inflammation     mass/volume mg/L: 1988-5 30522-7
    inflammation     mass/volume ng/mL: 33959-8
    inflammation     mass/volume pg/mL: 26881-3
    inflammation     speed mm/h: 4537-7 30341-2
    heart            mass/volume ng/mL: 10839-9 6598-7 13969-1
    heart            mass/volume ng/L: 89579-7 67151-1
    heart            mass/volume pg/mL: 33762-6 30934-4
    heart            fraction %: 10230-1
    tumour-markers   mass/volume ng/mL: 2857-1 10886-0 2039-6 1834-1
    coagulation      count 1: 6301-6 34714-6 46418-0 38875-1
    coagulation      time s: 5902-2 5964-2 14979-9 3173-2
    fibrinogen       mass/volume mg/dL: 3255-7
    urine            mass/volume mg/dL: 5797-6 5804-0
    urine            mass/volume mg/L: 14957-5
    acidity          acidity [pH]: 5803-2 2756-5 11558-4 2744-1 2746-6
    blood-gas        pressure mm[Hg]: 11557-6 11556-8 2703-7 2019-8 2705-2 2021-4
    oxygen           fraction %: 2708-6 59408-5 2713-6 20564-1 2714-4 3150-0
    oxygen           flow L/min: 3151-8
    lung             flow L/min: 19935-6
    lung             volume L: 20150-9 19868-9
    lung             fraction %: 19926-5
    blood-pressure   pressure mm[Hg]: 8480-6 8462-4 8478-0 8459-0 8453-3 8460-8 8454-1 8461-6 8455-8 76534-7 76535-4
    blood-pressure   pressure mm[Hg]: 76536-2
    heart-rate       rate /min: 8867-4 8889-8 8893-0 40443-4
    breathing-rate   rate /min: 9279-1
    temperature      temperature Cel: 8310-5 8331-1 8328-7 8332-9 8333-7 8330-3 8329-5 8334-5 61008-9
    height           length cm: 8302-2 56086-2 8287-5 9843-4 8306-3 3137-7 8301-4 8308-9 8280-0 8281-8 33756-8
    weight           mass kg: 29463-7 3141-9 3142-7 8341-0 8339-4 8335-2 8344-4
    body-mass-index  mass/area kg/m2: 39156-5
    body-surface     area m2: 3140-1 8277-6
    percentile       fraction %: 8289-1 59574-4 77606-2 8336-0 59576-9
    time-in-range    fraction %: 97510-2
    scores           count 1: 72514-3 9272-6 9273-4 9274-2 9271-8 9269-2 9267-6 9268-4 9270-0 44261-6 70274-6 55758-7
    scores           count 1: 70273-8 75626-2 82667-7 72106-8 72172-0 38208-5
    wearables        count 1: 41950-7 55423-8
    wearables        energy kcal: 41981-2
    wearables        time h: 93832-4
"""
"""What is measured, then its row, then LOINC codes."""

_SCALES = """
    mass/volume     g/L 1  g/dL 10  g/mL 1000  mg/dL 0.01  mg/L 0.001  mg/mL 1  ug/mL 0.001  ug/dL 0.00001
    mass/volume     ug/L 0.000001  ng/mL 0.000001  ng/dL 0.00000001  ng/L 0.000000001  pg/mL 0.000000001
    moles/volume    mol/L 1  mmol/L 0.001  umol/L 0.000001  nmol/L 0.000000001  pmol/L 0.000000000001
    moles/volume    umol/dL 0.00001  nmol/mL 0.000001  pmol/mL 0.000000001
    ion             mmol/L 1  mol/L 1000  meq/L 1
    mass/creatinine mg/g 1  ug/mg 1  g/kg 1  g/g 1000  mg/mg 1000  mg/mmol 500000/56559
    clearance       mL/min/{1.73_m2} 1
    mass/area       kg/m2 1
    area            m2 1  cm2 0.0001
    mass            kg 1  g 0.001  mg 0.000001  ug 0.000000001  ng 0.000000000001  pg 0.000000000000001
    mass            [lb_av] 0.45359237  [oz_av] 0.028349523125
    length          cm 1  m 100  mm 0.1  [in_i] 2.54  [ft_i] 30.48  [in_us] 10000/3937  [ft_us] 120000/3937
    number/volume   10*3/uL 1  10*9/L 1  10*6/uL 1000  10*12/L 1000  10*6/L 0.001  /uL 0.001  10*6/mL 1
    number/volume   /mL 0.000001  /L 0.000000001  /nL 1  /pL 1000  /mm3 0.001  10*3/mm3 1  10*6/mm3 1000
    fraction        % 1  1 100  L/L 100  /100 1
    volume          fL 1  um3 1  pL 1000  mL 1000000000000  L 1000000000000000
    flow            L/min 1  mL/min 0.001  L/s 60  mL/s 0.06  L/h 1/60
    pressure        mm[Hg] 133.322  kPa 1000  Pa 1  hPa 100  mbar 100  cm[H2O] 98.0665
    rate            /min 1  1/min 1  /s 60  /h 1/60
    speed           mm/h 1
    activity        U/L 1  [IU]/L 1  kU/L 1000  ukat/L 60  nkat/L 0.06
    potency         m[IU]/L 1  u[IU]/mL 1  [IU]/L 1000  m[IU]/mL 1000  [IU]/mL 1000000  k[IU]/L 1000000
    potency         mU/L 1  uU/mL 1  U/L 1000  mU/mL 1000  U/mL 1000000  kU/L 1000000
    acidity         [pH] 1  1 1  {} 1
    ratio           1 1  {} 1  mg/mg 1  g/g 1
    count           1 1  {} 1
    energy          kcal 4184  cal 4.184  kJ 1000  J 1
    time            h 3600  min 60  s 1  d 86400
"""
"""The sizes of units, by dimension: 1 mmol of creatinine is 0.113118 g, and U is taken for the international unit."""

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
    out: dict[str, Row] = {}
    for line in _ROWS.strip().splitlines():
        head, _, codes = line.partition(":")
        _, dimension, unit, *molar_mass = head.split()
        row = Row(dimension, unit, Fraction(molar_mass[0]) if molar_mass else None)
        out |= dict.fromkeys(codes.split(), row)
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
    unit = _respelled(unit) if len(unit) <= _MAX_UNIT else ""
    for name in dict.fromkeys((unit, _without_annotations(unit))):
        if affine := _AFFINE.get((row.dimension, name)):
            return affine
        if size := scales().get((row.dimension, name)):
            return size / scales()[row.dimension, row.unit], Fraction(0)
        if row.molar_mass and (size := scales().get((_OTHER[row.dimension], name))):
            grams = row.molar_mass if row.dimension == "mass/volume" else 1 / row.molar_mass
            return size * grams / scales()[row.dimension, row.unit], Fraction(0)
    raise RefusalError("UNSUPPORTED_UNIT", "expected a UCUM unit that the table has for this code")


def _respelled(unit: str) -> str:
    """The unit with the one spelling that the table has, of what UCUM itself spells in two ways.

    >>> _respelled("10^9/l"), _respelled("mg/dl"), _respelled("m[iU]/L"), _respelled("mmol/l")
    ('10*9/L', 'mg/dL', 'm[IU]/L', 'mmol/L')
    """
    return _LITRE.sub(r"\1L", unit).replace("10^", "10*").replace("[iU]", "[IU]")


def _without_annotations(unit: str) -> str:
    """The unit without its comments in braces; "{}" if it is nothing else.  They mean 1, but not always to people.

    >>> _without_annotations("{beats}/min"), _without_annotations("{score}")
    ('/min', '{}')
    """
    before, brace, rest = unit.partition("{")
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


_OTHER = {"mass/volume": "moles/volume", "moles/volume": "mass/volume"}
