"""Accesses as FHIR R4 AuditEvents, in the pattern of IHE BALP's AuthZconsent (version 1.1.3).

https://hl7.org/fhir/R4/auditevent.html, https://profiles.ihe.net/ITI/BALP.  The log does not know over which network a
client came, which the profile requires: an event claims the profile only if the exporter adds the client.  An access
in an emergency has no Consent, so it is outside the profile, with DICOM's code for an emergency override.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from zkhealth.ledger.audit.findings import GOOD, Finding
from zkhealth.ledger.audit.records import Access, Emergency
from zkhealth.ledger.audit.walk import Step
from zkhealth.ledger.consent.fhir import HL7, RESOURCES, URI, coding, concept, hash_uri, named
from zkhealth.ledger.consent.times import write_time

Json = dict[str, Any]

PROFILE = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.AuthZconsent"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_SUBTYPE = "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType"
_IP_ADDRESS = "2"


@dataclass(frozen=True)
class Client:
    """The application that asked for the data: a URI, and the network address it came from."""

    who: str = field(repr=False)
    address: str = field(repr=False)


def audit_events(
    steps: Iterable[Step], origin: str, client: Client | None = None, patient: str | None = None
) -> Iterator[Json]:
    """Write every access and emergency that is opened, by default of all patients.

    `steps` are those of a whole log, from the first on.
    """
    commitments: dict[int, bytes] = {}
    for step in steps:
        if step.commitment is not None:
            commitments[step.index] = step.commitment
        says = step.says
        if isinstance(says, Access | Emergency) and step.finding and patient in (None, says.patient):
            yield _event(says, step.finding, origin, client, commitments)


def _event(
    says: Access | Emergency, finding: Finding, origin: str, client: Client | None, commitments: dict[int, bytes]
) -> Json:
    is_by_consent = isinstance(says, Access) and not says.is_emergency
    event: Json = {"resourceType": "AuditEvent", "id": str(finding.index)}
    if is_by_consent and client:
        event["meta"] = {"profile": [PROFILE]}
    return event | {
        "type": coding(_DICOM, "110113", "Security Alert"),
        "subtype": [
            coding(_SUBTYPE, "AuthZ-Consent")
            if is_by_consent
            else coding(_DICOM, "110127", "Emergency Override Started")
        ],
        "action": "E",
        "recorded": write_time(says.at),
        **_outcome(finding),
        "purposeOfEvent": [concept(HL7 + "v3-ActReason", says.purpose if isinstance(says, Access) else "BTG")],
        "agent": _agents(says.actor, origin, client),
        "source": {
            "site": origin,
            "observer": {"display": origin},
            "type": [coding(HL7 + "security-source-type", "6", "Security Server")],
        },
        "entity": _entities(says, finding, commitments),
    }


def _outcome(finding: Finding) -> Json:
    if finding.status in GOOD:
        return {"outcome": "0"}
    return {"outcome": "8", "outcomeDesc": f"{finding.status.value}: {finding.why}"}


def _agents(actor: str, origin: str, client: Client | None) -> list[Json]:
    agents: list[Json] = [
        {"type": concept(HL7 + "v3-ParticipationType", "IRCP"), "who": named(actor), "requestor": True},
        {"type": concept(HL7 + "v3-RoleClass", "PROV"), "who": named(actor), "requestor": False},
        {
            "type": concept(HL7 + "extra-security-role-type", "authserver"),
            "who": {"display": origin},
            "requestor": False,
        },
    ]
    if client:
        network = {"address": client.address, "type": _IP_ADDRESS}
        application = {"type": concept(_DICOM, "110150"), "who": named(client.who), "requestor": False}
        agents.insert(0, application | {"network": network})
    return agents


def _entities(says: Access | Emergency, finding: Finding, commitments: dict[int, bytes]) -> list[Json]:
    patient = {
        "what": {"type": "Patient", "identifier": {"system": URI, "value": says.patient}},
        "type": coding(HL7 + "audit-entity-type", "1", "Person"),
        "role": coding(HL7 + "object-role", "1", "Patient"),
        "detail": _details(says, finding),
    }
    if not isinstance(says, Access) or says.is_emergency:
        return [patient]
    named_by = commitments.get(says.basis)
    identifier = {"system": URI, "value": hash_uri(named_by)} if named_by else {"value": f"entry {says.basis}"}
    consent = {
        "what": {"type": "Consent", "identifier": identifier},
        "type": coding(RESOURCES, "Consent"),
    }
    return [patient, consent]


def _details(says: Access | Emergency, finding: Finding) -> list[Json]:
    facts = [("entry", str(finding.index))]
    if isinstance(says, Access):
        facts += [("emergency" if says.is_emergency else "grant", str(says.basis))]
        facts += [("class", name) for name in says.classes]
    else:
        facts += [("reason", says.reason), ("until", write_time(says.until))]
    return [{"type": name, "valueString": value} for name, value in facts]
