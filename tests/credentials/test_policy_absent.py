"""Clauses about what a credential leaves open: absent fields, partial dates, lists that a policy only names."""

import json

import jsonschema
import pytest

from zkhealth.credentials import Code, Date, Either, Int, Issuer, Policy, Schema, Wallet, policy_schema, verify_all
from zkhealth.credentials.policies.clauses import Absent, Present
from zkhealth.credentials.policies.evaluate import holds
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.presentations.challenge import Challenge
from zkhealth.credentials.presentations.prove import Chosen, prove
from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.errors import DecodingError, WitnessError

AT = "2021-07-01"


class Card(Schema, id="https://health.example/schemas/card/1"):
    birth = Date(partial=True, optional=True)
    product = Code(optional=True)
    dose = Int(0, 9, optional=True)
    country = Code()


ISSUER = Issuer.generate(Card, name="https://clinic.example")
C = Card.as_("c")
PRODUCTS = ValueSet("products", "2022-11-30", ["cvx|207", "cvx|208"])


def wallet_with(**values):
    wallet = Wallet.create()
    wallet.add(ISSUER.issue(wallet.request(ISSUER.offer()), country="FR", **values))
    return wallet


def answer(wallet, *clauses):
    policy = Policy("card", *clauses, issuers=[ISSUER.public])
    challenge = Policy.from_json(policy.to_json(), policy.value_sets).challenge("https://v.example", AT)
    return challenge.verify(bytes(wallet.plan(challenge).prove())).valid


@pytest.mark.parametrize("name", ["birth", "product", "dose"])
def test_an_absent_field_is_proven_absent_also_as_an_alternative(name):
    field = getattr(C, name)
    assert answer(wallet_with(), field.is_absent())
    assert answer(wallet_with(), field.is_absent() | C.country.equals("DE"))


@pytest.mark.parametrize(("name", "value"), [("birth", "1990"), ("product", "cvx|207"), ("dose", 0)])
def test_a_field_that_is_there_is_not_proven_absent(name, value):
    field = getattr(C, name)
    for clause in (field.is_absent(), field.is_absent() | C.country.equals("DE")):
        with pytest.raises(WitnessError):
            answer(wallet_with(**{name: value}), clause)


@pytest.mark.parametrize(("name", "value"), [("birth", "1990"), ("product", "cvx|207"), ("dose", 0)])
def test_a_prover_who_skips_the_plan_does_not_prove_absence(name, value):
    """Without the check of the plan, what comes out, if anything, is refused."""
    wallet = wallet_with(**{name: value})
    challenge = Policy("card", getattr(C, name).is_absent(), issuers=[ISSUER.public]).challenge("https://v.example", AT)
    absent = wallet_with()
    (honest,) = absent.plan(challenge).chosen
    assert challenge.verify(bytes(prove(challenge, [honest], absent._link))).valid
    forged = Chosen(wallet.credentials[0], honest.issuer, honest.key)
    try:
        presentation = bytes(prove(challenge, [forged], wallet._link))
    except WitnessError:
        return
    assert not challenge.verify(presentation).valid


def test_a_field_that_the_schema_asks_for_is_never_absent():
    with pytest.raises(ValueError, match="never absent"):
        C.country.is_absent()


@pytest.mark.parametrize(
    ("birth", "bound", "is_not_before"),
    [
        pytest.param("1990", "1990-12-31", True, id="the last day of the year"),
        pytest.param("1990", "1991-01-01", False, id="the day after"),
        pytest.param("1990-02", "1990-02-28", True, id="the last day of the month"),
        pytest.param("1990-02-03", "1990-02-03", True, id="the day itself"),
        pytest.param("1990-02-03", "1990-02-04", False, id="the day after it"),
    ],
)
def test_the_last_day_of_a_partial_date_can_be_bounded(birth, bound, is_not_before):
    wallet = wallet_with(birth=birth)
    if is_not_before:
        assert answer(wallet, C.birth.last >= bound)
    else:
        assert answer(wallet, C.birth.last < bound)
        with pytest.raises(WitnessError):
            answer(wallet, C.birth.last >= bound)


def test_the_last_day_counts_only_where_it_is_asked_for():
    values = {"c": Card.spec.encode({"birth": "1990", "country": "FR"})}
    at = moment_of(AT)
    assert holds([C.birth.last >= "1990-12-31"], values, at)
    assert not holds([C.birth >= "1990-12-31"], values, at)
    assert not holds([C.birth.last <= "1990-12-30"], values, at)


def test_an_absent_date_has_no_last_day():
    values = {"c": Card.spec.encode({"country": "FR"})}
    assert not holds([C.birth.last >= "1800-01-01"], values, moment_of(AT))


def test_only_a_partial_date_has_a_last_day():
    with pytest.raises(ValueError, match="partial date"):
        C.dose.last  # noqa: B018


def test_the_last_day_cannot_be_in_a_list():
    with pytest.raises(ValueError, match="partial date"):
        C.birth.last.one_of(["1990-12-31"])


def test_presence_is_of_the_whole_field():
    assert Present(C.birth.last) == C.birth.is_present()
    assert Absent(C.birth.last) == C.birth.is_absent()


def test_the_report_on_leakage_counts_the_last_day_as_the_field():
    policy = Policy("card", C.birth.last >= "1990-12-31", issuers=[ISSUER.public])
    (birth,) = [a for a in policy.leakage(AT).attributes if a.name == "c.birth"]
    assert birth.status == "bounded"


def test_clauses_about_what_is_left_open_are_explained():
    policy = Policy("card", C.birth.last >= "1990-12-31", C.dose.is_absent(), issuers=[ISSUER.public])
    assert "the last day that c.birth can mean is at least 1990-12-31" in policy.explain()
    assert "c.dose is absent" in policy.explain()


# --- lists that a policy only names --------------------------------------------


def test_a_policy_names_a_value_set_and_does_not_carry_it():
    policy = Policy("card", C.product.one_of(PRODUCTS), issuers=[ISSUER.public])
    assert "cvx" not in policy.to_json()
    assert Policy.from_json(policy.to_json(), [PRODUCTS]) == policy
    assert "one of the 2 codes of 'products', version 2022-11-30" in policy.explain()
    assert answer(wallet_with(product="cvx|208"), C.product.one_of(PRODUCTS))


def test_a_reader_without_the_very_list_is_told_which_is_missing():
    policy = Policy("card", C.product.one_of(PRODUCTS), issuers=[ISSUER.public])
    for others in ([], [ValueSet("products", "2022-11-30", ["cvx|207", "cvx|209"])]):
        with pytest.raises(DecodingError, match="'products', version '2022-11-30', is not at hand"):
            Policy.from_json(policy.to_json(), others)


def test_a_reference_whose_name_is_another_one_is_refused():
    text = Policy("card", C.product.one_of(PRODUCTS), issuers=[ISSUER.public]).to_json()
    with pytest.raises(DecodingError, match="not at hand"):
        Policy.from_json(text.replace('"name":"products"', '"name":"others"'), [PRODUCTS])


def test_the_codes_of_a_list_and_the_list_by_name_are_different_policies():
    by_name = Policy("card", C.product.one_of(PRODUCTS), issuers=[ISSUER.public])
    by_code = Policy("card", C.product.one_of(PRODUCTS.codes), issuers=[ISSUER.public])
    assert by_name.digest != by_code.digest


def test_a_challenge_is_read_and_many_are_verified_elsewhere_with_the_list():
    from concurrent.futures import ProcessPoolExecutor

    wallet = wallet_with(product="cvx|208")
    challenge = Policy("card", C.product.one_of(PRODUCTS), issuers=[ISSUER.public]).challenge("https://v.example", AT)
    assert Challenge.decode(challenge.encode(), [PRODUCTS]) == challenge
    presentation = bytes(wallet.plan(challenge).prove())
    with ProcessPoolExecutor(1) as executor:
        (verdict,) = verify_all([(challenge, presentation)], executor=executor)
    assert verdict.valid


# --- notes ----------------------------------------------------------------------


def test_a_note_is_read_back_explained_and_part_of_the_digest():
    clauses = [C.dose >= 2]
    plain = Policy("card", *clauses, issuers=[ISSUER.public])
    noted = Policy("card", *clauses, issuers=[ISSUER.public], note="VR-XX-0001: two doses.\nOr more.")
    assert Policy.from_json(noted.to_json()) == noted != plain
    assert "in the verifier's words:\n  VR-XX-0001: two doses.\n  Or more.\nproven" in noted.explain()


def test_a_note_of_what_cannot_be_printed_is_refused():
    with pytest.raises(ValueError, match="note"):
        Policy("card", C.dose >= 2, issuers=[ISSUER.public], note="two\x1b[2J doses")


# --- what others make of these clauses ------------------------------------------------


def everything():
    clauses = [C.birth.last >= "1990-12-31", C.dose.is_absent(), C.product.one_of(PRODUCTS)]
    return Policy("card", *clauses, issuers=[ISSUER.public], note="What the rule says.")


def test_the_json_schema_of_policies_has_them():
    validator = jsonschema.Draft202012Validator(policy_schema())
    content = json.loads(everything().to_json())
    assert validator.is_valid(content)
    listed = next(clause["listed"] for clause in content["clauses"] if "listed" in clause)
    for name, value in (("rows", [["cvx|207"]]), ("name", "table")):
        listed[name] = value
        assert not validator.is_valid(content)
        del listed[name]


def test_a_choice_of_policies_is_read_and_answered_with_the_lists():
    choice = Either("either", everything(), Policy("French", C.country.equals("FR"), issuers=[ISSUER.public]))
    assert Either.from_json(choice.to_json(), [PRODUCTS]) == choice
    challenge = choice.challenge("https://v.example", AT)
    assert challenge.value_sets == (PRODUCTS,)
    presentation = wallet_with(birth="1991", product="cvx|208").plan(challenge.encode(), [PRODUCTS]).prove()
    assert challenge.verify(bytes(presentation)).valid
    with pytest.raises(DecodingError, match="not at hand"):
        wallet_with().plan(challenge.encode())


def test_the_report_on_leakage_counts_what_is_left():
    left = {a.name: a.n_values for a in everything().leakage(AT).attributes}
    assert (left["c.dose"], left["c.product"], left["c.birth"]) == (1, 2, None)
    early = Policy("card", C.birth.last <= "1800-01-10", issuers=[ISSUER.public]).leakage(AT)
    assert {a.name: a.n_values for a in early.attributes}["c.birth"] == 10


def test_an_alternative_of_absence_does_not_count_as_a_value():
    policy = Policy("card", C.dose.is_absent() | C.dose.equals(2), issuers=[ISSUER.public])
    assert not [warning for warning in policy.leakage(AT).warnings if "c.dose" in warning]
