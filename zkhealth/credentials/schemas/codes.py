"""Codes of health terminologies: a code means nothing without its system, so a Code is always the pair.

People write "cvx|208"; hashed and compared is "http://hl7.org/fhir/sid/cvx|208".  Codes are compared character by
character, as FHIR does: the CVX code of MMR is "03", and "3" is no code at all.

    >>> parse_code("cvx|208").canonical
    'http://hl7.org/fhir/sid/cvx|208'
    >>> parse_code("http://hl7.org/fhir/sid/cvx|208").short
    'cvx|208'
"""

from dataclasses import dataclass
from types import MappingProxyType

SYSTEMS = MappingProxyType(
    {
        "cvx": "http://hl7.org/fhir/sid/cvx",
        "snomed": "http://snomed.info/sct",
        "loinc": "http://loinc.org",
        "atc": "http://www.whocc.no/atc",
        "icd10": "http://hl7.org/fhir/sid/icd-10",
        "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
        "icd11": "http://id.who.int/icd/release/11/mms",
        "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "ndc": "http://hl7.org/fhir/sid/ndc",
        "ucum": "http://unitsofmeasure.org",
        "iso3166": "urn:iso:std:iso:3166",
    }
)


@dataclass(frozen=True, repr=False)
class Code:
    """A code and the URL of the system that defines it.  Its repr hides both: whose code it is, is personal.

    The system holds no "|" and no blanks, so no two codes share a canonical form; both are printable Unicode.
    """

    system: str
    code: str

    def __post_init__(self) -> None:
        if not _is_plain(self.system) or "|" in self.system or " " in self.system:
            raise ValueError("expected the URL of a code system, without blanks and without '|'")
        if not _is_plain(self.code):
            raise ValueError("expected a code of printable characters, without blanks around it")

    def __repr__(self) -> str:
        return "Code(...)"

    @property
    def canonical(self) -> str:
        """The form that is hashed: URL|code."""
        return f"{self.system}|{self.code}"

    @property
    def short(self) -> str:
        """The form that people read: the short name of the system if it has one, and the code."""
        return f"{_SHORT_NAMES.get(self.system, self.system)}|{self.code}"


def parse_code(text: str) -> Code:
    """Read "system|code", where the system is a short name of SYSTEMS or a full URL.

    Raises ValueError if the text is something else, or the short name is unknown.
    """
    system, bar, code = text.partition("|")
    if not bar:
        raise ValueError("expected a code as system|code")
    if ":" not in system and system not in SYSTEMS:
        raise ValueError(f"expected the system to be a URL or one of {', '.join(SYSTEMS)}")
    return Code(SYSTEMS.get(system, system), code)


def _is_plain(text: object) -> bool:
    """Whether this is text that can be hashed and shown: not empty, no control characters, no half surrogates."""
    return isinstance(text, str) and text.isprintable() and text.strip() == text != ""


_SHORT_NAMES = {url: name for name, url in SYSTEMS.items()}
