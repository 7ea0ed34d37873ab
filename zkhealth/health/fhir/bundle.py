"""The resources of a file, the one patient they are about, and the references between them.

https://hl7.org/fhir/R4/bundle.html and references.html.  A resource counts only if it says whose it is, and it is the
patient of the bundle; without a Patient, all must name the same one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zkhealth.errors import DecodingError
from zkhealth.health.fhir.elements import Resource, obj, refuse_modifiers, word
from zkhealth.health.findings import RefusalError

MAX_ENTRIES = 50_000
_R4_VERSIONS = ("4.0.0", "4.0.1", "4.1.0", "4.3.0")  # R4 and R4B; numbers between them are previews of R5
_SUBJECTS = ("subject", "patient", "beneficiary")
_PATIENT = "Patient"
_TYPE_AND_ID = re.compile(r"(?:\A|/)([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}\Z")
_WITHOUT_SUBJECT = ("Patient", "Medication")


@dataclass(frozen=True, repr=False)
class Bundle:
    """What a file holds; `is_alone` if it is one resource and no Bundle."""

    resources: tuple[tuple[str, Resource], ...]
    patient: Resource | None
    is_alone: bool
    _names: frozenset[str]
    _by_name: Mapping[str, Resource]

    def resolve(self, reference: object, within: Resource) -> Resource:
        """What a Reference points to, in the resource itself or in the bundle.

        An empty resource if it is elsewhere, was entered in error, or has a modifier that nobody here understands.
        """
        found = self._named(word(obj(reference).get("reference")) or "", within)
        try:
            refuse_modifiers(found)
        except RefusalError:
            return {}
        return {} if found.get("status") == "entered-in-error" else found

    def _named(self, name: str, within: Resource) -> Resource:
        if name.startswith("#"):
            contained = within.get("contained")
            found = [obj(c) for c in contained if obj(c).get("id") == name[1:]] if isinstance(contained, list) else []
            return found[0] if len(found) == 1 else {}
        return self._by_name.get(_unversioned(name), {})

    def check_subject(self, resource: Resource) -> None:
        """Check that the resource is about the patient.

        Raises:
            RefusalError: it does not say, or is about somebody else.
        """
        if resource["resourceType"] in _WITHOUT_SUBJECT:
            return
        name, reference = _subject(resource)
        if reference is None:
            raise RefusalError("NOT_THIS_PATIENT", f"{name}.reference is missing")
        if not self._may_be_patient(resource[name], resource):
            raise RefusalError("NOT_THIS_PATIENT", f"{name} is no Patient")
        if not self.is_alone and _unversioned(reference) not in self._names:
            raise RefusalError("NOT_THIS_PATIENT", f"{name}.reference is not the Patient of this bundle")

    def _may_be_patient(self, reference: Resource, within: Resource) -> bool:
        """Whether neither the reference, nor what it points to, says that it is something else."""
        name = _unversioned(str(reference["reference"]))
        said = [reference.get("type", _PATIENT), self._named(name, within).get("resourceType", _PATIENT)]
        said += _TYPE_AND_ID.findall(name)
        return set(map(str, said)) <= {_PATIENT, f"http://hl7.org/fhir/StructureDefinition/{_PATIENT}"}


def bundle_of(document: Resource, needs_patient: bool = False) -> Bundle:
    """Look into a Bundle of any type, one resource, or the payload of a SMART Health Card around a Bundle.

    With `needs_patient`, nothing counts where there is no Patient.

    Raises:
        DecodingError: it is something else, of another version of FHIR, or of several patients.
    """
    document = fhir_part(document)
    is_alone = document["resourceType"] != "Bundle"
    entries = [{"resource": document}] if is_alone else _entries(document)
    found = [
        (word(e.get("fullUrl")), e["resource"]) for e in entries if word(obj(e.get("resource")).get("resourceType"))
    ]
    patients = [(url, resource) for url, resource in found if resource["resourceType"] == "Patient"]
    if len(patients) > 1:
        raise DecodingError(f"expected one Patient, got {len(patients)}")
    names = frozenset(_names_of(*patients[0])) if patients else frozenset()
    if not patients and not needs_patient:
        names = _one_subject([resource for _, resource in found])
    return Bundle(
        tuple(_numbered([resource for _, resource in found])),
        patients[0][1] if patients else None,
        is_alone,
        names,
        _by_name(found),
    )


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


def _names_of(full_url: str | None, resource: Resource) -> Iterator[str]:
    """The references by which others may name this resource."""
    if full_url:
        yield full_url
    if identity := word(resource.get("id")):
        yield f"{resource['resourceType']}/{identity}"


def _by_name(found: list[tuple[str | None, Resource]]) -> dict[str, Resource]:
    """The resources by name; a name that two of them have is nobody's."""
    out: dict[str, Resource] = {}
    twice = set()
    for url, resource in found:
        for name in _names_of(url, resource):
            if out.setdefault(name, resource) is not resource:
                twice.add(name)
    return {name: resource for name, resource in out.items() if name not in twice}


def _one_subject(resources: list[Resource]) -> frozenset[str]:
    """Whom all the resources are about, where the file has no Patient; nobody if they are about several."""
    found = {name for resource in resources if (name := _subject(resource)[1])}
    return frozenset(map(_unversioned, found)) if len({*map(_unversioned, found)}) == 1 else frozenset()


def _subject(resource: Resource) -> tuple[str, str | None]:
    """The name of the element that says whose it is, and the reference."""
    for name in _SUBJECTS:
        if name in resource:
            return name, word(obj(resource[name]).get("reference"))
    return _SUBJECT_OF.get(resource["resourceType"], "subject"), None


def _unversioned(reference: str) -> str:
    return re.sub(r"/_history/[^/]+\Z", "", reference)


_SUBJECT_OF = {"Immunization": "patient", "Coverage": "beneficiary", "Claim": "patient", "Consent": "patient"}
