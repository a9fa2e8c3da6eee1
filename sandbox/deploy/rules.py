"""The Rules section: assertions over several parameters at once, held before anything is made."""

from collections.abc import Mapping
from typing import Any

from sandbox.deploy.errors import InvalidTemplate
from sandbox.deploy.scope import Scope
from sandbox.deploy.values import is_true


def check_rules(rules: Mapping[str, Any], scope: Scope) -> None:
    """Raise InvalidTemplate for the first assertion that does not hold."""
    for name, rule in rules.items():
        if unknown := sorted(set(rule) - {"RuleCondition", "Assertions"}):
            raise InvalidTemplate(f"Rule {name}: Template format error: unknown members {unknown}")
        if "RuleCondition" in rule and not is_true(scope.value(rule["RuleCondition"])):
            continue
        for assertion in rule["Assertions"]:
            if not is_true(scope.value(assertion["Assert"])):
                why = assertion.get("AssertDescription", "an assertion does not hold")
                raise InvalidTemplate(f"Template constraints violated: rule {name}: {why}")
