"""A schema is its digest: whatever changes the meaning of a slot changes it, and nothing hides a method."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkhealth.credentials.schemas.fields import FIELD_TYPES, Bool, Code, Date, Id, Instant, Int, Quantity, Text
from zkhealth.credentials.schemas.sample import Vaccination
from zkhealth.credentials.schemas.schema import Schema, spec_of
from zkhealth.credentials.schemas.spec import MAX_FIELDS, SchemaSpec
from zkhealth.errors import DecodingError

URL = "https://health.example/schemas/test/1"
FIELDS = {"day": Date(), "dose": Int(0, 15), "level": Quantity("g", "0", "9.5", decimals=1), "note": Text()}
SPEC = SchemaSpec(URL, FIELDS)


def with_field(name, field):
    return SchemaSpec(URL, {**FIELDS, name: field})


CHANGED = {
    "order": SchemaSpec(URL, dict(reversed(FIELDS.items()))),
    "id": SchemaSpec(URL.replace("/1", "/2"), FIELDS),
    "name": SchemaSpec(URL, {"days": Date(), **{n: f for n, f in FIELDS.items() if n != "day"}}),
    "type": with_field("note", Code()),
    "type that is hashed alike": with_field("note", Id()),
    "domain": with_field("dose", Int(0, 16)),
    "lower end": with_field("dose", Int(1, 15)),
    "optional": with_field("note", Text(optional=True)),
    "partial": with_field("day", Date(partial=True)),
    "unit": with_field("level", Quantity("mg", "0", "9.5", decimals=1)),
    "decimals": with_field("level", Quantity("g", "0", "9.5", decimals=2)),
    "more fields": with_field("more", Bool()),
    "fewer fields": SchemaSpec(URL, {n: f for n, f in FIELDS.items() if n != "note"}),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_a_change_of_meaning_changes_the_digest(changed):
    assert changed.digest != SPEC.digest
    assert changed != SPEC


def test_all_changes_have_different_digests():
    assert len({spec.digest for spec in CHANGED.values()}) == len(CHANGED)


def test_one_description_has_one_digest():
    assert SchemaSpec(URL, dict(FIELDS)).digest == SPEC.digest


def test_ends_of_a_quantity_written_in_two_ways_are_one():
    assert with_field("level", Quantity("g", "0.0", "9.50", decimals=1)) == SPEC


# --- names --------------------------------------------------------------------

BAD_NAMES = ["reveal", "held", "token", "as_", "spec", "mro", "class", "in", "NONE_", "Dose", "_dose", "", "1st"]
BAD_NAMES += ["a-b", "a b", "a.b", "é", "a" * 64]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_hides_a_method_or_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match="a field cannot be called"):
        SchemaSpec(URL, {name: Bool()})


@pytest.mark.parametrize("name", ["reveal", "held", "token", "as_", "spec", "mro", "_hidden", "Dose"])
def test_a_class_cannot_have_such_a_field_either(name):
    with pytest.raises(ValueError, match="a field cannot be called"):
        type("Bad", (Schema,), {name: Bool()}, id=URL)


@given(st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True))
def test_a_name_that_is_allowed_can_be_written_in_a_clause(name):
    try:
        spec = SchemaSpec(URL, {name: Bool()})
    except ValueError:
        return
    cls = type("Any", (Schema,), {name: Bool()}, id=URL)
    assert getattr(cls.as_("v"), name).of.spec == spec


@pytest.mark.parametrize("url", ["", "vaccination", "https:// blank", "HTTPS://a", "é:a", 1])
def test_an_id_that_is_no_url_is_refused(url):
    with pytest.raises(ValueError, match="URL"):
        SchemaSpec(url, FIELDS)


@pytest.mark.parametrize("fields", [{}, {f"f{i}": Bool() for i in range(MAX_FIELDS + 1)}])
def test_too_few_or_too_many_fields_are_refused(fields):
    with pytest.raises(ValueError, match="fields"):
        SchemaSpec(URL, fields)


def test_what_is_not_a_field_is_refused():
    with pytest.raises(TypeError, match="expected a field"):
        type("Bad", (Schema,), {"dose": 3}, id=URL)


# --- classes ------------------------------------------------------------------


def test_the_slots_are_in_the_order_of_the_fields():
    assert Vaccination.spec.slots == ("birth.lo", "birth.hi", "vaccine", "dose", "series", "given", "country")


def test_a_schema_has_no_instances():
    with pytest.raises(TypeError, match="no instances"):
        Vaccination()


@pytest.mark.parametrize("thing", [Schema, int, None, "https://a.example", Vaccination.as_("v")])
def test_only_a_schema_is_a_schema(thing):
    with pytest.raises(TypeError):
        spec_of(thing)


def test_the_fields_cannot_be_changed():
    with pytest.raises(TypeError):
        SPEC.fields["dose"] = Int(0, 99)


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda spec: pickle.loads(pickle.dumps(spec))])  # noqa: S301
def test_a_copy_is_equal(clone):
    assert clone(SPEC) == SPEC


# --- values -------------------------------------------------------------------

VALUES = {"day": "2026-09-01", "dose": 2, "level": "4.5", "note": "a"}


def test_values_are_encoded_in_the_order_of_the_fields():
    assert list(SPEC.encode(dict(reversed(VALUES.items())))) == list(FIELDS)


def test_there_is_a_scalar_for_each_slot():
    assert len(SPEC.scalars(SPEC.encode(VALUES))) == len(SPEC.slots)


def test_a_field_that_is_missing_is_named():
    with pytest.raises(ValueError, match="note"):
        SPEC.encode({n: v for n, v in VALUES.items() if n != "note"})


def test_a_field_that_is_unknown_is_named():
    with pytest.raises(ValueError, match="colour"):
        SPEC.encode({**VALUES, "colour": "red"})


def test_an_error_of_a_value_names_the_field_and_not_the_value():
    with pytest.raises(ValueError, match="dose") as caught:
        SPEC.encode({**VALUES, "dose": 77})
    assert "77" not in str(caught.value)


# --- JSON ---------------------------------------------------------------------

optional = st.booleans()
some_fields = st.one_of(
    st.builds(Date, partial=st.booleans(), optional=optional),
    st.builds(Instant, optional=optional),
    st.builds(Int, st.integers(-100, 0), st.integers(0, 100), optional=optional),
    st.builds(Quantity, st.sampled_from(["g", "", "%"]), st.just("0"), st.just("12"), st.integers(0, 9)),
    st.builds(Bool, optional=optional),
    st.sampled_from([Code, Text, Id]).flatmap(lambda t: st.builds(t, optional=optional)),
)
names = st.from_regex(r"f[0-9]{1,3}", fullmatch=True)


@given(st.dictionaries(names, some_fields, min_size=1, max_size=8))
def test_a_schema_comes_back_from_its_json(fields):
    spec = SchemaSpec(URL, fields)
    again = SchemaSpec.from_json(spec.to_json())
    assert again == spec
    assert again.to_json() == spec.to_json()
    assert list(again.fields.values()) == list(fields.values())


def of(**entry):
    return {"id": URL, "fields": [{"name": "a", **entry}]}


BAD_JSON = [
    None,
    [],
    {},
    {"id": URL},
    {"id": URL, "fields": []},
    {"id": URL, "fields": {}},
    {"id": 1, "fields": [{"name": "a", "type": "bool"}]},
    {**of(type="bool"), "more": 1},
    of(type="bool", colour="red"),
    of(type="bool", lo=0),
    of(type="int", lo=0),
    of(type="int", lo=0, hi=1, step=1),
    of(type="int", lo=1, hi=0),
    of(type="int", lo="0", hi="1"),
    of(type="quantity", unit="g", lo="0", hi="1.00", decimals=1),
    of(type="quantity", unit="g", lo=0, hi=1, decimals=0),
    of(type="float"),
    of(type=["bool"]),
    of(type="bool", optional=False),
    of(type="bool", optional=1),
    of(type="date", partial="yes"),
    of(type="bool", kind="int"),
    of(type="bool", name="reveal"),
    {"id": URL, "fields": [{"type": "bool"}]},
    {"id": URL, "fields": [{"name": "a", "type": "bool"}] * 2},
]


@pytest.mark.parametrize("content", BAD_JSON)
def test_json_that_is_no_schema_is_refused(content):
    with pytest.raises(DecodingError):
        SchemaSpec.from_json(content)


def test_every_type_is_known_by_its_kind():
    assert set(FIELD_TYPES) == {"date", "instant", "int", "quantity", "bool", "code", "text", "id"}
