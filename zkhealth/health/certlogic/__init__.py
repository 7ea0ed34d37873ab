"""Business rules for EU Digital COVID Certificates, in the clear and in zero knowledge.

    >>> from zkhealth.health import certlogic
    >>> rule = certlogic.read_rule('''{"Identifier": "VR-XX-0001", "Type": "Acceptance", "Country": "XX",
    ...     "Version": "1.0.0", "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "1.0.0",
    ...     "CertificateType": "Vaccination", "Description": [{"lang": "en", "desc": "The series must be complete."}],
    ...     "ValidFrom": "2021-06-01T00:00:00Z", "ValidTo": "2030-06-01T00:00:00Z", "AffectedFields": ["v.0"],
    ...     "Logic": {"if": [{"var": "payload.v.0"}, {">=": [{"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]},
    ...     true]}}''')
    >>> rule.check({"v": [{"dn": 2, "sd": 2}]}, at="2021-07-01").result.value
    'PASSED'
    >>> print(certlogic.compile(rule, at="2021-07-01")["vaccination"].explain())
    a certificate of vaccination, at 2021-07-01T00:00:00Z:
    the rules:
      VR-XX-0001 1.0.0: The series must be complete.
    proven, without showing the values:
      - v.dose is at least v.series

`compile` gives, for each kind of certificate, a policy that a holder satisfies if and only if the rules pass.
"""

from zkhealth.health.certlogic.compile import CannotCompileError, CompiledKind, CompiledRules, Refusal, compile
from zkhealth.health.certlogic.evaluate import EvaluationError, evaluate
from zkhealth.health.certlogic.expression import check_expression
from zkhealth.health.certlogic.rule import Outcome, Result, Rule, applicable
from zkhealth.health.certlogic.rule_json import read_rule, read_rules

__all__ = [
    "Rule",
    "read_rule",
    "read_rules",
    "applicable",
    "Outcome",
    "Result",
    "evaluate",
    "check_expression",
    "EvaluationError",
    "compile",
    "CompiledRules",
    "CompiledKind",
    "CannotCompileError",
    "Refusal",
]
