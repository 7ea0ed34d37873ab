"""Rules from JSON, strictly (validation-rule.schema.json of dgc-business-rules-testdata)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.encoding.strict_json import is_deeper_than, read_json_object, read_text
from zkhealth.errors import DecodingError
from zkhealth.health.certlogic.expression import MAX_DEPTH, check_expression
from zkhealth.health.certlogic.rule import ACCEPTANCE, CERTIFICATE_KINDS, INVALIDATION, VERSION_FORM, Rule

_TYPES = (ACCEPTANCE, INVALIDATION, "BoosterNotification")
_FOR = {"General": frozenset(CERTIFICATE_KINDS), **{kind.capitalize(): frozenset({kind}) for kind in CERTIFICATE_KINDS}}
_IDENTIFIER = re.compile(r"[A-Z]{2,3}-[A-Z]{2}-[0-9]{1,8}")
_MAX_BYTES = 1 << 22


def read_rule(content: Mapping[str, Any] | str | bytes) -> Rule:
    """One rule from JSON; names beyond those of the schema are ignored.

    Raises:
        DecodingError: not a rule; with the path of what is wrong.
    """
    given = read_json_object(content, _MAX_BYTES) if isinstance(content, (str, bytes)) else content
    if not isinstance(given, Mapping):
        raise DecodingError("expected a rule as a JSON object")
    identifier = _text_of(given, "Identifier", _IDENTIFIER)
    try:
        return _read(given, identifier)
    except DecodingError as e:
        raise DecodingError(f"{identifier}: {e}") from None


def read_rules(content: Rule | Mapping[str, Any] | str | bytes | Iterable[Any]) -> tuple[Rule, ...]:
    """Rules from JSON, one or an array of them, or from what JSON was read to.

    Raises:
        DecodingError: one is not a rule, or two versions of one rule are the same but for their content.
    """
    if isinstance(content, (str, bytes)):
        content = _read_json(content)
    listed = [content] if isinstance(content, (Rule, Mapping)) else list(content)
    rules: dict[tuple[str, str], Rule] = {}
    for entry in listed:
        rule = entry if isinstance(entry, Rule) else read_rule(entry)
        first = rules.setdefault((rule.identifier, rule.version), rule)
        if json.dumps(first.logic, sort_keys=True) != json.dumps(rule.logic, sort_keys=True):
            raise DecodingError(f"{rule.identifier}: version {rule.version} stands twice with different logic")
    return tuple(rules.values())


def _read(given: Mapping[str, Any], identifier: str) -> Rule:
    kinds = _FOR.get(_text_of(given, "CertificateType"))
    if kinds is None:
        raise DecodingError(f"CertificateType: expected one of {', '.join(_FOR)}")
    if (kind_of_rule := _text_of(given, "Type")) not in _TYPES:
        raise DecodingError(f"Type: expected one of {', '.join(_TYPES)}")
    if _text_of(given, "Engine") != "CERTLOGIC":
        raise DecodingError("Engine: expected CERTLOGIC")
    _text_of(given, "SchemaVersion", VERSION_FORM)
    if "Logic" not in given:
        raise DecodingError("Logic: expected an expression")
    check_expression(given["Logic"], "Logic")
    rule = Rule(
        identifier,
        kind_of_rule,
        _text_of(given, "Country", re.compile("[A-Z]{2}")),
        _text_of(given, "Region") if given.get("Region") is not None else "",
        _text_of(given, "Version", VERSION_FORM),
        _text_of(given, "EngineVersion", VERSION_FORM),
        kinds,
        _description(given.get("Description")),
        _time_of(given, "ValidFrom"),
        _time_of(given, "ValidTo"),
        _fields(given.get("AffectedFields")),
        given["Logic"],
    )
    if rule.valid_from > rule.valid_to:
        raise DecodingError("ValidTo: expected a time after ValidFrom")
    return rule


def _read_json(content: str | bytes) -> Any:
    """A JSON object or array, as strictly as objects are read."""
    text = read_text(content, _MAX_BYTES)
    if is_deeper_than(MAX_DEPTH, text):
        raise DecodingError("not JSON: nested too deeply")
    if not text.lstrip(" \t\r\n").startswith("["):
        return read_json_object(text, _MAX_BYTES)
    found = read_json_object(f'{{"rules":{text}}}', _MAX_BYTES + 16)
    if set(found) != {"rules"}:
        raise DecodingError("not JSON")
    return found["rules"]


def _text_of(given: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 256 or (form and not form.fullmatch(value)):
        raise DecodingError(f"{name}: expected text" + (" of the form that the schema of rules says" if form else ""))
    return value


def _time_of(given: Mapping[str, Any], name: str) -> datetime:
    try:
        return moment_of(_text_of(given, name))
    except ValueError:
        raise DecodingError(f"{name}: expected a moment with its offset") from None


def _description(content: object) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for entry in content if isinstance(content, list) else ():
        match entry:
            case {"lang": str(language), "desc": str(text)} if text.strip():
                texts.setdefault(language, text.strip())
            case _:
                raise DecodingError("Description: expected objects with lang and desc")
    if not texts:
        raise DecodingError("Description: expected at least one")
    return MappingProxyType(texts)


def _fields(content: object) -> tuple[str, ...]:
    if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
        raise DecodingError("AffectedFields: expected an array of text")
    return tuple(content)
