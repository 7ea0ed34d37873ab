"""A credential to write clauses about: its fields are attributes.

>>> from zkhealth.credentials.schemas.sample import Vaccination
>>> v = Vaccination.as_("v")
>>> str(v.birth), v
('v.birth', <v: a credential under https://health.example/schemas/vaccination/1>)
"""

from __future__ import annotations

from zkhealth.credentials.policies.clauses import AllOf, Clause, Held, Reveal, Token
from zkhealth.credentials.policies.terms import FieldRef, Wanted
from zkhealth.credentials.schemas.spec import SchemaSpec


class Variable:
    """A credential to write clauses about: `v.birth` is its field, `v.reveal("country")` a clause."""

    __slots__ = ("_wanted",)

    def __init__(self, name: str, spec: SchemaSpec) -> None:
        self._wanted = Wanted(name, spec)

    def __getattr__(self, name: str) -> FieldRef:
        if name.startswith("_") or name not in self._wanted.spec.fields:
            raise AttributeError(f"the schema has no field {name!r}")
        return self._wanted.ref(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._wanted.spec.fields]

    def __repr__(self) -> str:
        return f"<{self._wanted.name}: a credential under {self._wanted.spec.id}>"

    def reveal(self, *names: str) -> Clause:
        """These fields are shown."""
        clauses = tuple(Reveal(self._wanted.ref(name)) for name in names)
        return clauses[0] if len(clauses) == 1 else AllOf(clauses)

    def held(self) -> Held:
        """The holder has it; nothing else is asked."""
        return Held(self._wanted)

    def token(self, scope: str) -> Token:
        """A number that is the same whenever this credential is shown for this scope, to spend it once."""
        return Token(self._wanted, scope)
