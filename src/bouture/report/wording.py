"""What the pages and the tables on a terminal say, in English and French, by key."""

from collections.abc import Mapping
from types import MappingProxyType

from bouture.corpus.issue import Wording
from bouture.report.wording_impact import IMPACT
from bouture.report.wording_profile import PROFILE
from bouture.report.wording_run import RUN

WORDINGS: Mapping[str, Wording] = MappingProxyType({**RUN, **IMPACT, **PROFILE})


class Say:
    """Says things in one language: `say("reasons.count", documents=3, rejected=1)`."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """The wording of this key, filled in; `KeyError` when there is none."""
        wording = WORDINGS[key]
        template = wording.fr if self.language == "fr" else wording.en
        return template.format(**values)
