"""The resources of a file, the one patient they are about, and the references between them.

https://hl7.org/fhir/R4/bundle.html and references.html.  A resource counts only if it says whose it is, and it is the
patient of the bundle; without a Patient, all must name the same one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from zkhealth.errors import DecodingError
from zkhealth.health.fhir.elements import Resource, items, obj, refuse_modifiers, word
from zkhealth.health.fhir.references import Name, base_of, identifiers_of, name_in, names_of, types_in
from zkhealth.health.findings import RefusalError

MAX_ENTRIES = 50_000
_R4_VERSIONS = ("4.0.0", "4.0.1", "4.1.0", "4.3.0")  # R4 and R4B; numbers between them are previews of R5
_SUBJECTS = ("subject", "patient", "beneficiary")
_PATIENT = "Patient"
_WITHOUT_SUBJECT = ("Patient", "Medication")
_NOTHING: Resource = {}
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, repr=False)
class Bundle:
    """What a file holds; `is_alone` if it is one resource and no Bundle."""

    resources: tuple[tuple[str, Resource], ...]
    patient: Resource | None
    is_alone: bool
    _names: frozenset[Name]
    _by_name: Mapping[str, Resource]
    _inside: Mapping[tuple[int, str], Resource]
    _bases: Mapping[int, str]
    _usable: dict[int, bool] = field(default_factory=dict)

    def resolve(self, reference: object, within: Resource) -> Resource:
        """What a Reference points to, in the resource itself or in the bundle.

        An empty resource if it is elsewhere, is another version, was entered in error, or has a modifier that nobody
        here understands.
        """
        name, version = name_in(reference, self._base(within))
        found = self._named(name, within)
        if version and obj(found.get("meta")).get("versionId") != version:
            return {}
        return found if self._is_usable(found) else {}

    def _is_usable(self, resource: Resource) -> bool:
        """Whether it stands, and has no modifier: looked for once in each resource, however many refer to it."""
        if id(resource) not in self._usable:
            try:
                refuse_modifiers(resource)
                self._usable[id(resource)] = resource.get("status") != "entered-in-error"
            except RefusalError:
                self._usable[id(resource)] = False
        return self._usable[id(resource)]

    def _named(self, name: str, within: Resource) -> Resource:
        return (self._inside.get((id(within), name)) if name.startswith("#") else self._by_name.get(name)) or _NOTHING

    def _base(self, resource: Resource) -> str:
        return self._bases.get(id(resource), "")

    def check_subject(self, resource: Resource) -> None:
        """Check that the resource is about the patient.

        Raises:
            RefusalError: it does not say, or is about somebody else.
        """
        if resource["resourceType"] in _WITHOUT_SUBJECT:
            return
        element = _subject(resource)
        name = _whose(resource, self._base(resource), self._inside)
        if name is None:
            raise RefusalError("NOT_THIS_PATIENT", f"{element}.reference is missing")
        if not self.types(resource[element], resource) <= {_PATIENT}:
            raise RefusalError("NOT_THIS_PATIENT", f"{element} is no Patient")
        if not self.is_alone and name not in self._names:
            part = "reference" if isinstance(name, str) else "identifier"
            raise RefusalError("NOT_THIS_PATIENT", f"{element}.{part} is not the Patient of this bundle")

    def types(self, reference: object, within: Resource) -> set[str]:
        """The type of what a Reference points to, as far as it is said here; several if that is contradictory."""
        found = self._named(name_in(reference, self._base(within))[0], within)
        return types_in(reference) | ({str(found["resourceType"])} if "resourceType" in found else set())


def bundle_of(document: Resource, needs_patient: bool = False) -> Bundle:
    """Look into a Bundle of any type, one resource, or the payload of a SMART Health Card around a Bundle.

    With `needs_patient`, nothing counts where there is no Patient.

    Raises:
        DecodingError: it is something else, of another version of FHIR, or of several patients.
    """
    document = fhir_part(document)
    is_alone = document["resourceType"] != "Bundle"
    entries = [{"resource": document}] if is_alone else _entries(document)
    # A copy of each, so that an object that is given in two entries is two resources.
    found = [
        (word(entry.get("fullUrl")), dict(entry["resource"]))
        for entry in entries
        if word(obj(entry.get("resource")).get("resourceType"))
    ]
    bases = {id(part): base_of(url) for url, whole in found for part in (whole, *items(whole.get("contained")))}
    by_name = _of_one((name, resource) for url, resource in found for name in names_of(url, resource))
    inside = _of_one(_contained(resource for _, resource in found))
    patients = [resource for _, resource in found if resource["resourceType"] == _PATIENT]
    if len(patients) > 1:
        raise DecodingError(f"expected one Patient, got {len(patients)}")
    patient = patients[0] if patients else None
    names: frozenset[Name] = frozenset()
    if patient:
        own = [name for name, resource in by_name.items() if resource is patient]
        names = frozenset([*own, *identifiers_of(patient)])
    elif not needs_patient:
        names = _one_subject([_whose(resource, bases[id(resource)], inside) for _, resource in found])
    numbered = tuple(_numbered([resource for _, resource in found]))
    return Bundle(numbered, patient, is_alone, names, by_name, inside, bases)


def fhir_part(document: Resource) -> Resource:
    """Find the FHIR resource in this JSON object, which may be a SMART Health Card payload around one."""
    if "verifiableCredential" in document:
        raise DecodingError("looks like a SMART Health Card (file), which is not read here; give its FHIR bundle")
    subject = obj(obj(document.get("vc")).get("credentialSubject"))
    if "fhirBundle" in subject:
        if subject.get("fhirVersion", "4.0.1") not in _R4_VERSIONS:
            raise DecodingError("expected a FHIR R4 Bundle, got another version of FHIR")
        document = obj(subject["fhirBundle"])
    if "resourceType" not in document:
        raise DecodingError("expected a FHIR R4 Bundle, got a JSON object without resourceType")
    if word(document["resourceType"]) is None:
        raise DecodingError("expected a FHIR R4 Bundle, got another FHIR resource")
    return document


def _entries(bundle: Resource) -> list[Resource]:
    if bundle.get("type") == "history":
        raise DecodingError("expected a Bundle of what stands now, got a history, which also has what was withdrawn")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DecodingError("expected Bundle.entry to be an array of objects")
    if len(entries) > MAX_ENTRIES:
        raise DecodingError(f"expected at most {MAX_ENTRIES} entries, got {len(entries)}")
    if "implicitRules" in bundle or any("modifierExtension" in entry for entry in entries):
        raise DecodingError("the Bundle has a modifier that may change the meaning, and is not understood")
    return entries


def _numbered(resources: list[Resource]) -> Iterator[tuple[str, Resource]]:
    """Each resource with its place: its type and number in the order of the file."""
    seen: Counter[str] = Counter()
    for resource in resources:
        kind = resource["resourceType"]
        seen[kind] += 1
        yield f"{kind} {seen[kind]}", resource


def _of_one(named: Iterable[tuple[_Key, Resource]]) -> dict[_Key, Resource]:
    """The resources by name; a name that two of them have is nobody's."""
    out: dict[_Key, Resource] = {}
    twice = set()
    for name, resource in named:
        if out.setdefault(name, resource) is not resource:
            twice.add(name)
    return {name: resource for name, resource in out.items() if name not in twice}


def _contained(resources: Iterable[Resource]) -> Iterator[tuple[tuple[int, str], Resource]]:
    """What is contained, each by the resource around it and by its name in there."""
    for resource in resources:
        for part in map(obj, items(resource.get("contained"))):
            if identity := word(part.get("id")):
                yield (id(resource), f"#{identity}"), part


def _one_subject(said: list[Name | None]) -> frozenset[Name]:
    """Whom all the resources are about, where the file has no Patient; nobody if they are about several.

    The name of a contained Patient is one for its own resource alone: two of them may be two people.
    """
    found = [name for name in said if name is not None]
    is_shared = len(found) == 1 or not any(isinstance(name, str) and name.startswith("#") for name in found)
    return frozenset(found) if len(set(found)) == 1 and is_shared else frozenset()


def _whose(resource: Resource, base: str, inside: Mapping[tuple[int, str], Resource]) -> Name | None:
    """The name of the patient that a resource gives; an identifier if there is none, or if the patient is inside."""
    reference = obj(resource.get(_subject(resource)))
    name = name_in(reference, base)[0]
    if not name:
        return next(identifiers_of({"identifier": [reference.get("identifier")]}), None)
    if name.startswith("#"):
        return next(identifiers_of(inside.get((id(resource), name), {})), name)
    return name


def _subject(resource: Resource) -> str:
    """The element that says whose the resource is."""
    kind = resource["resourceType"]
    return _SUBJECT_OF.get(kind) or next((name for name in _SUBJECTS if name in resource), "subject")


_SUBJECT_OF = {
    "Observation": "subject",
    "Condition": "subject",
    "MedicationRequest": "subject",
    "MedicationDispense": "subject",
    "Immunization": "patient",
    "Claim": "patient",
    "ExplanationOfBenefit": "patient",
    "Consent": "patient",
    "Coverage": "beneficiary",
}
