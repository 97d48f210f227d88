"""G35-G36: does a document break a rule of the guide that a machine can check, or nest labels it does not allow?"""

from collections.abc import Iterator

import msgspec
from pydantic import BaseModel, ConfigDict

from bouture.checks.calibration import Rate, rate, tolerated
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.corpus.document import Document
from bouture.corpus.guide_violations import broken_rules, undeclared_nesting
from bouture.corpus.issue import Issue


class Rules:
    """Coded rules are code, not questions to a judge: a model ignores rules of its own prompt (science X-8).

    A rule that gold itself breaks more often than tolerated is only noted. Without a guide, nothing
    is asked.
    """

    name = "rules"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        self._guide = reference.guide
        self._sources = Sources(reference.gold)
        self._finished = self._guide is not None and not self._guide.unfinished()
        kinds = [{_kind(issue) for issue in self._broken(d)} for d in reference.gold]
        self._rates = {
            kind: rate(kind in found for found in kinds) for kind in sorted(set().union(*kinds))
        }
        self.thresholds = {f"gold share, {k}": found.share for k, found in self._rates.items()}

    def __call__(self, document: Document) -> list[Issue]:
        inherited = self._sources.inherited(document, self._keys)
        found = []
        for issue in self._broken(document):
            if _key(issue) not in inherited:
                known = self._rates.get(_kind(issue), Rate(0, 0))
                severity = tolerated(issue.severity, known)
                evidence = {**issue.evidence, "gold_share": known.share}
                found.append(msgspec.structs.replace(issue, severity=severity, evidence=evidence))
        return found

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _broken(self, document: Document) -> list[Issue]:
        if self._guide is None:
            return []
        found = broken_rules(self._guide, document)
        # The nesting of a draft is what was seen so far: nobody has declared it.
        if self._finished:
            found += undeclared_nesting(self._guide, document)
        return found

    def _keys(self, document: Document) -> Iterator[tuple[str, str]]:
        return map(_key, self._broken(document))


def _kind(issue: Issue) -> str:
    """The rule, or the pair of labels, that is concerned."""
    told = issue.evidence
    return str(told["rule"] if "rule" in told else f"{told['inner']} in {told['outer']}")


def _key(issue: Issue) -> tuple[str, str]:
    return _kind(issue), str(issue.evidence.get("mention", ""))
