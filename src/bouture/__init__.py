"""bouture: grow a small annotated corpus with LLMs, and measure honestly whether it helped.

Everything the command line does is a function here; each is imported when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from bouture.corpus.anchoring import Anchored, Quote, anchor
    from bouture.corpus.document import Document, Entity, Origin, Relation, Span
    from bouture.corpus.guide import Guide
    from bouture.corpus.guide_reader import read_guide
    from bouture.corpus.issue import Issue
    from bouture.corpus.markup import from_markup, to_markup
    from bouture.corpus.markup_reader import read_markup
    from bouture.corpus.schema import Schema
    from bouture.formats import read, write
    from bouture.recipe.reader import load_recipe
    from bouture.strategies.dialogue import Declined
    from bouture.strategies.french.facts import Facts
    from bouture.strategies.french.repair import substitute
    from bouture.verbs.corpus import convert, describe, guide_check, guide_draft, validate
    from bouture.verbs.initial import init
    from bouture.verbs.main_job import run
    from bouture.verbs.measure import agree, check, evaluate
    from bouture.verbs.planning import plan
    from bouture.verbs.reporting import report
    from bouture.verbs.showing import show
    from bouture.verbs.study import batch_export, batch_import, preview

_HOMES = {
    "corpus.anchoring": ("Anchored", "Quote", "anchor"),
    "corpus.document": ("Document", "Entity", "Origin", "Relation", "Span"),
    "corpus.guide": ("Guide",),
    "corpus.guide_reader": ("read_guide",),
    "corpus.issue": ("Issue",),
    "corpus.markup": ("from_markup", "to_markup"),
    "corpus.markup_reader": ("read_markup",),
    "corpus.schema": ("Schema",),
    "recipe.reader": ("load_recipe",),
    "formats": ("read", "write"),
    "strategies.dialogue": ("Declined",),
    "strategies.french.facts": ("Facts",),
    "strategies.french.repair": ("substitute",),
    "verbs.corpus": ("convert", "describe", "guide_check", "guide_draft", "validate"),
    "verbs.measure": ("agree", "check", "evaluate"),
    "verbs.initial": ("init",),
    "verbs.planning": ("plan",),
    "verbs.reporting": ("report",),
    "verbs.showing": ("show",),
    "verbs.main_job": ("run",),
    "verbs.study": ("batch_export", "batch_import", "preview"),
}
_WHERE = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Anchored",
    "Declined",
    "Document",
    "Entity",
    "Facts",
    "Guide",
    "Issue",
    "Origin",
    "Quote",
    "Relation",
    "Schema",
    "Span",
    "__version__",
    "agree",
    "anchor",
    "batch_export",
    "batch_import",
    "check",
    "convert",
    "describe",
    "evaluate",
    "from_markup",
    "guide_check",
    "guide_draft",
    "init",
    "load_recipe",
    "plan",
    "preview",
    "read",
    "read_guide",
    "read_markup",
    "report",
    "run",
    "show",
    "substitute",
    "to_markup",
    "validate",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'bouture' has no attribute {name!r}")
    return getattr(import_module(f"bouture.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
