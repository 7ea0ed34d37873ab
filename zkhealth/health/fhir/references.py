"""What a Reference in a file names, and by which names a resource goes.

https://hl7.org/fhir/R4/bundle.html#references: an absolute reference is the fullUrl of an entry.  A relative one,
`Patient/1`, stands on the base of the fullUrl of the entry that it is in: in `http://a/fhir/Observation/2` it means
`http://a/fhir/Patient/1`, and nobody else's Patient/1.  Where that entry has no base (urn:uuid, or no fullUrl), R4
gives it no meaning; many files mean the one entry of that type and id, and so it is read.  Versions are no part of it.

    >>> name_in({"reference": "Patient/1/_history/3"}, base_of("http://a/fhir/Observation/2"))
    ('http://a/fhir/Patient/1', '3')
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from zkhealth.health.fhir.elements import Resource, items, obj, word

Name = str | tuple[str, str]
"""A URI or Type/id; or the system and the value of an identifier."""

_RESTFUL = re.compile(r"(?P<base>https?://\S+/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/?#\s]+)")
_RELATIVE = re.compile(r"[A-Z][A-Za-z]+/[^/?#\s]+")
_TYPE = re.compile(r"(?:\A|(?<!/)/)([A-Z][A-Za-z]+)(?:/[^/?#\s]+\Z|\?)")
_OUT_OF_USE = ("old", "temp")
_UUID = "urn:uuid:"
_DEFINITION = "http://hl7.org/fhir/StructureDefinition/"


def base_of(full_url: str | None) -> str:
    """The base that relative references of an entry stand on; "" if its fullUrl is none of a server.

    >>> base_of("http://a/fhir/Observation/2"), base_of("urn:uuid:7"), base_of(None)
    ('http://a/fhir/', '', '')
    """
    found = _RESTFUL.fullmatch(_unversioned(full_url or ""))
    return found["base"] or "" if found else ""


def names_of(full_url: str | None, resource: Resource) -> Iterator[str]:
    """The names by which references may mean the resource of an entry; none if its fullUrl contradicts its id.

    Without an id, it is that of the fullUrl: the last part, or the UUID.
    """
    kind, identity = resource["resourceType"], word(resource.get("id"))
    full_url = _unversioned(full_url or "")
    if found := _RESTFUL.fullmatch(full_url):
        if found["type"] != kind or identity not in (None, found["id"]):
            return
        identity = found["id"]
    elif identity is None and full_url.startswith(_UUID):
        identity = full_url.removeprefix(_UUID)
    if full_url:
        yield full_url
    if identity:
        yield f"{kind}/{identity}"


def name_in(reference: object, base: str) -> tuple[str, str]:
    """The name that a Reference gives, and the version; both "" if it gives none."""
    name, _, version = (word(obj(reference).get("reference")) or "").partition("/_history/")
    return base + name if _RELATIVE.fullmatch(name) else name, version


def identifiers_of(resource: Resource) -> Iterator[tuple[str, str]]:
    """The identifiers in use, each in its system: a value alone names nothing."""
    for entry in map(obj, items(resource.get("identifier"))):
        system, value = word(entry.get("system")), word(entry.get("value"))
        if system and value and entry.get("use") not in _OUT_OF_USE:
            yield system, value


def types_in(reference: object) -> set[str]:
    """What a Reference says of the type of that which it points to."""
    said = {str(obj(reference)["type"]).removeprefix(_DEFINITION)} if "type" in obj(reference) else set()
    return said | set(_TYPE.findall(name_in(reference, "")[0]))


def _unversioned(full_url: str) -> str:
    return full_url.partition("/_history/")[0]
