"""The main job in library calls: a FHIR record in, a checked proof out."""

import secrets
from datetime import date

from zkhealth.health import COVID19, INFLUENZA, read_bundle, sample_bundle
from zkhealth.records import NONCE_BYTES, Policy, check, present, publish, records_of

AT = date(2026, 11, 23)

# The hospital reads a record, commits to it among twenty others, and publishes root and size.
history = read_bundle(sample_bundle()).up_to(AT)
records = records_of(history)
tree, places = publish(records, others=20)
root, size = tree.root(), len(tree)

# The verifier says what it wants to know, and makes a nonce.
policy = Policy(AT, min_age=18, vaccines=(*COVID19, *INFLUENZA), days=(14, 270))
nonce = secrets.token_bytes(NONCE_BYTES)

# The patient finds the record that fits, and proves.
index, held = next((i, held) for i, held in places.items() if policy.shortfalls(held.record) == ([], []))
presentation = present(policy, root, size, nonce, held, (index, tree.inclusion_proof(index)))

# The verifier checks: no exception means proven.
check(policy, root, size, nonce, presentation)
print(f"proven with {len(presentation)} bytes:", *policy.explain(), sep="\n  ")
