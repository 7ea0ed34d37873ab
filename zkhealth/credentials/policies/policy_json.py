"""Policies as JSON, both ways; what is wrong is named by its path, such as `clauses[2].range.of[0]`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from zkhealth.credentials.issuing.issuer_public import IssuerPublic
from zkhealth.credentials.policies.bounds import UNITS, Bound
from zkhealth.credentials.policies.clauses import (
    Absent,
    AllOf,
    AnyOf,
    Clause,
    Different,
    Held,
    Listed,
    Present,
    Pseudonym,
    Range,
    Reveal,
    Same,
    Token,
    Unlisted,
)
from zkhealth.credentials.policies.policy import Policy
from zkhealth.credentials.policies.terms import Column, FieldRef, Linear, Wanted
from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.schemas.spec import SchemaSpec
from zkhealth.encoding.strict_json import canonical_json, read_json_object
from zkhealth.errors import DecodingError

VERSION = 1
MAX_BYTES = 1 << 19
_UNITS = {f"{unit}_ago": unit for unit in UNITS if unit}


# --- writing ------------------------------------------------------------------


def write_policy(policy: Policy) -> str:
    """The one canonical text."""
    return canonical_json(
        {
            "type": "zkhealth/policy",
            "version": VERSION,
            "name": policy.name,
            "credentials": [{"name": w.name, "schema": w.spec.to_json()} for w in policy.wanted],
            "issuers": [{**i.to_json(), "schema": i.spec.digest.hex()} for i in policy.issuers],
            "may_be_same": policy.may_be_same,
            "window": policy.window,
            "clauses": [_clause(clause) for clause in policy.clauses],
            **({"note": policy.note} if policy.note else {}),
        }
    )


def _clause(clause: Clause) -> dict[str, Any]:  # noqa: PLR0911, PLR0912 (one for each kind)
    match clause:
        case Range(of=of, lo=lo, hi=hi):
            ends = {"at_least": lo, "at_most": hi}
            shown = {name: _bound(of, bound) for name, bound in ends.items() if bound}
            return {"range": {"of": [[a, _term(term)] for term, a in of.parts], **shown}}
        case Absent(of=of):
            return {"absent": str(of[0])}
        case Listed(of=of, source=ValueSet() as source):
            return {"listed": {"of": [str(ref) for ref in of], "from": source.reference}}
        case Listed(of=of, rows=rows, name=name):
            shown_rows = [
                [*(r.field.decode(x) for r, x in zip(of, row, strict=False)), *row[len(of) :]] for row in rows
            ]
            return {"listed": {"of": [str(ref) for ref in of], "rows": shown_rows, **({"name": name} if name else {})}}
        case Unlisted(of=ref, values=values):
            return {"unlisted": {"of": str(ref), "values": [ref.field.decode(value) for value in values]}}
        case Same(a=a, b=b):
            return {"same": [str(a), str(b)]}
        case Different(a=a, b=b):
            return {"different": [str(a), str(b)]}
        case Present(of=ref):
            return {"present": str(ref)}
        case Reveal(of=ref):
            return {"reveal": str(ref)}
        case Held(of=wanted):
            return {"held": wanted.name}
        case Token(of=wanted, scope=scope):
            return {"token": {"of": wanted.name, "scope": scope}}
        case Pseudonym(scope=scope, is_global=is_global):
            return {"pseudonym": {"scope": scope, "global": is_global}}
        case AllOf(clauses=clauses):
            return {"all": [_clause(c) for c in clauses]}
        case AnyOf(clauses=clauses):
            return {"any": [_clause(c) for c in clauses]}
    raise TypeError(f"expected a clause, got {type(clause).__name__}")


def _term(term: FieldRef | Column) -> Any:
    return str(term) if isinstance(term, FieldRef) else {"table": term.table.name, "column": term.index}


def _bound(of: Linear, bound: Bound) -> Any:
    """As people write it for one field alone, as a whole number for a sum."""
    if bound.unit:
        return {f"{bound.unit}_ago": bound.n}
    match of.parts:
        case ((FieldRef() as ref, 1),):
            return ref.field.decode((bound.n,) * len(ref.field.parts))
    return bound.n


# --- reading ------------------------------------------------------------------


def read_policy(text: str | bytes, value_sets: Iterable[ValueSet] = ()) -> Policy:
    """A policy from JSON, and the value sets that it may refer to.

    Raises:
        DecodingError: not a policy, with the path of what is wrong.
    """
    top = _Object(read_json_object(text, MAX_BYTES), "")
    if top.take("type", str) != "zkhealth/policy" or top.take("version", int) != VERSION:
        raise DecodingError(f"expected a policy of version {VERSION}")
    name, may_be_same, window = top.take("name", str), top.take("may_be_same", bool), top.take("window", int)
    note, sets = top.take("note", str, ""), {value_set.digest.hex(): value_set for value_set in value_sets}
    wanted = {w.name: w for w in top.each("credentials", _read_wanted)}
    specs = {w.spec.digest.hex(): w.spec for w in wanted.values()}
    issuers = top.each("issuers", lambda content, path: _read_issuer(content, path, specs))
    tables = dict(_tables(_Reader(wanted, {}, sets), top.left.get("clauses"), "clauses"))
    clauses = top.each("clauses", _Reader(wanted, tables, sets).clause)
    top.done()
    with _at(""):
        policy = Policy(name, *clauses, issuers=issuers, may_be_same=may_be_same, window=window, note=note)
    if policy.wanted != tuple(wanted.values()):
        raise DecodingError("credentials: expected each that the clauses mention, in the order of first mention")
    return policy


def _read_wanted(content: object, path: str) -> Wanted:
    entry = _Object(content, path)
    name, schema = entry.take("name", str), entry.take("schema", dict)
    entry.done()
    with _at(path):
        return Wanted(name, SchemaSpec.from_json(schema, f"{path}.schema"))


def _read_issuer(content: object, path: str, specs: Mapping[str, SchemaSpec]) -> IssuerPublic:
    entry = _Object(content, path)
    name, schema, keys = entry.take("name", str), entry.take("schema", str), entry.take("keys", list)
    entry.done()
    if schema not in specs:
        raise DecodingError(f"{path}.schema: expected the digest of a schema of the policy")
    with _at(path):
        return IssuerPublic.of(name, specs[schema], keys)


class _Reader:
    """Reads clauses; the tables with names have been read before, as sums refer to them."""

    def __init__(
        self, wanted: Mapping[str, Wanted], tables: Mapping[str, Listed], sets: Mapping[str, ValueSet]
    ) -> None:
        self.wanted, self.tables, self.sets = wanted, tables, sets
        self.kinds: dict[str, Callable[[Any, str], Clause]] = {
            "range": self._range,
            "listed": self.listed,
            "unlisted": self._unlisted,
            "same": lambda content, path: Same(*self._pair(content, path)),
            "different": lambda content, path: Different(*self._pair(content, path)),
            "absent": lambda content, path: Absent(self._ref(content, path)),
            "present": lambda content, path: Present(self._ref(content, path)),
            "reveal": lambda content, path: Reveal(self._ref(content, path)),
            "held": lambda content, path: Held(self._named(content, path)),
            "token": self._token,
            "pseudonym": self._pseudonym,
            "all": lambda content, path: AllOf(tuple(_each(content, path, self.clause))),
            "any": lambda content, path: AnyOf(tuple(_each(content, path, self.clause))),
        }

    def clause(self, content: object, path: str) -> Clause:
        kind, inner = _one_of(content, self.kinds, path, "expected a clause, an object with one name")
        with _at(f"{path}.{kind}"):
            return self.kinds[kind](inner, f"{path}.{kind}")

    def listed(self, content: object, path: str) -> Listed:
        entry = _Object(content, path)
        of = entry.each("of", self._ref)
        if "from" in entry.left:
            source = self._value_set(entry.take("from", dict), f"{path}.from")
            entry.done()
            with _at(path):
                return Listed(tuple(of), tuple((code,) for code in source.codes), source=source)
        rows, name = entry.each("rows", _row), entry.take("name", str, "")
        entry.done()
        with _at(path):
            table = Listed(tuple(of), tuple(rows), name)
        known = self.tables.get(name)
        return known if known == table else table  # one object, which is compared at a glance

    def _value_set(self, content: object, path: str) -> ValueSet:
        entry = _Object(content, path)
        name, version, digest = (entry.take(part, str) for part in ("name", "version", "digest"))
        entry.done()
        found = self.sets.get(digest)
        if found is None or found.reference != content:
            raise DecodingError(f"{path}: the value set {name[:64]!r}, version {version[:64]!r}, is not at hand")
        return found

    def _range(self, content: object, path: str) -> Range:
        entry = _Object(content, path)
        parts = entry.each("of", self._part)
        lo, hi = entry.take("at_least", object, None), entry.take("at_most", object, None)
        entry.done()
        of = Linear(()).plus(Linear(tuple(parts)), 1)
        if of.parts != tuple(parts):
            raise DecodingError(f"{path}.of: expected each term once, in order")
        return Range(of, _read_bound(of, lo, f"{path}.at_least"), _read_bound(of, hi, f"{path}.at_most"))

    def _part(self, content: object, path: str) -> tuple[FieldRef | Column, int]:
        match content:
            case [int(a), str(name)] if type(a) is int and name.count(".") == 2 and name.endswith(".last"):
                with _at(path):
                    return self._ref(name.removesuffix(".last"), path).last, a
            case [int(a), str(name)] if type(a) is int:
                return self._ref(name, path), a
            case [int(a), {"table": str(name), "column": int(j), **rest}] if type(a) is int and name in self.tables:
                _Object(rest, f"{path}[1]").done()
                return Column(self.tables[name], j), a
        raise DecodingError(f"{path}: expected a coefficient, and a field or the column of a table that is a clause")

    def _unlisted(self, content: object, path: str) -> Unlisted:
        entry = _Object(content, path)
        ref, values = self._ref(entry.take("of", str), path), entry.take("values", list)
        entry.done()
        return Unlisted(ref, tuple(values))

    def _token(self, content: object, path: str) -> Token:
        entry = _Object(content, path)
        wanted, scope = self._named(entry.take("of", str), path), entry.take("scope", str)
        entry.done()
        return Token(wanted, scope)

    def _pseudonym(self, content: object, path: str) -> Pseudonym:
        entry = _Object(content, path)
        scope, is_global = entry.take("scope", str), entry.take("global", bool)
        entry.done()
        return Pseudonym(scope, is_global)

    def _pair(self, content: object, path: str) -> tuple[FieldRef, FieldRef]:
        match content:
            case [a, b]:
                return self._ref(a, f"{path}[0]"), self._ref(b, f"{path}[1]")
        raise DecodingError(f"{path}: expected two fields")

    def _ref(self, content: object, path: str) -> FieldRef:
        if not isinstance(content, str):
            raise DecodingError(f"{path}: expected a field as text")
        name, _, field = content.partition(".")
        with _at(path):
            return self._named(name, path).ref(field)

    def _named(self, content: object, path: str) -> Wanted:
        if not isinstance(content, str) or content not in self.wanted:
            raise DecodingError(f"{path}: expected the name of a credential of the policy")
        return self.wanted[content]


def _tables(reader: _Reader, content: object, path: str) -> Iterator[tuple[str, Listed]]:
    """Every table with a name, wherever it stands."""
    if isinstance(content, list):
        for i, inner in enumerate(content):
            yield from _tables(reader, inner, f"{path}[{i}]")
    elif isinstance(content, dict) and len(content) == 1:
        ((kind, inner),) = content.items()
        if kind in {"all", "any"}:
            yield from _tables(reader, inner, f"{path}.{kind}")
        elif kind == "listed" and isinstance(inner, dict) and "name" in inner:
            table = reader.listed(inner, f"{path}.listed")
            yield table.name, table


def _read_bound(of: Linear, content: object, path: str) -> Bound | None:
    if content is None:
        return None
    with _at(path):
        match content:
            case dict():
                name, n = _one_of(content, _UNITS, path, "expected a value, or one of " + ", ".join(_UNITS))
                return Bound(n, _UNITS[name])
        match of.parts:
            case ((FieldRef() as ref, 1),):
                return Bound(ref.integer(content))
        return Bound(content)  # type: ignore[arg-type]  # checked there


def _one_of(content: object, names: Mapping[str, object], path: str, expected: str) -> tuple[str, Any]:
    """The one member of an object that has one, under one of these names."""
    if not isinstance(content, dict):
        raise DecodingError(f"{path}: {expected}")
    _Object({name: value for name, value in content.items() if name not in names}, path).done()
    if len(content) != 1:
        raise DecodingError(f"{path}: {expected}")
    ((name, value),) = content.items()
    return name, value


def _row(content: object, path: str) -> tuple[Any, ...]:
    if not isinstance(content, list):
        raise DecodingError(f"{path}: expected a row as an array")
    return tuple(content)


def _each(content: object, path: str, read: Callable[[Any, str], Any]) -> list[Any]:
    if not isinstance(content, list):
        raise DecodingError(f"{path}: expected an array")
    return [read(inner, f"{path}[{i}]") for i, inner in enumerate(content)]


class _Object:
    """A JSON object whose members are taken by name and type, and none is left over."""

    def __init__(self, content: object, path: str) -> None:
        if not isinstance(content, dict):
            raise DecodingError(f"{path}: expected an object")
        self.left, self.path = dict(content), path

    def take(self, name: str, kind: type, default: Any = ...) -> Any:
        if name not in self.left and default is not ...:
            return default
        value = self.left.pop(name, ...)
        if type(value) is not kind and (kind is not object or value in (..., None)):
            raise DecodingError(f"{self._inner(name)}: expected {_NAMES.get(kind, 'a value')}")
        return value

    def each(self, name: str, read: Callable[[Any, str], Any]) -> list[Any]:
        return _each(self.take(name, list), self._inner(name), read)

    def done(self) -> None:
        if self.left:
            raise DecodingError(f"{self._inner(sorted(self.left)[0][:40])}: unknown field")

    def _inner(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


_NAMES: dict[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "an array",
    dict: "an object",
}


@contextmanager
def _at(path: str) -> Iterator[None]:
    """Say where it is that something cannot be."""
    try:
        yield
    except DecodingError as e:
        known = str(e).startswith(path.split(".", maxsplit=1)[0]) or not path
        raise DecodingError(str(e) if known else f"{path}: {e}") from None
    except (TypeError, ValueError) as e:
        raise DecodingError(f"{path}: {e}" if path else str(e)) from None
