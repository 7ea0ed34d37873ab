"""Bundles of one patient, with vaccinations that say what a test is about."""


def bundle(*immunizations, patient=None, patient_url="urn:uuid:p"):
    """A bundle of one patient and these immunizations, completed and theirs unless they say otherwise."""
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1990-04", **(patient or {})}
    filled = {
        "resourceType": "Immunization",
        "status": "completed",
        "patient": {"reference": "urn:uuid:p"},
        "occurrenceDateTime": "2026-09-01",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
    }
    entries = [{"fullUrl": patient_url, "resource": patient}, *({"resource": filled | i} for i in immunizations)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}
