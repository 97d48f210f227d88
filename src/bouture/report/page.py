"""Puts a page together: templates with autoescape, wordings, charts, and a policy that forbids any network.

The page is one file. Its scripts are allowed by their hash and nothing else may run or load, so that
even a text that slipped through the escaping could neither run nor call home.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bouture.report.charts import Spec
from bouture.report.typeset import VEGA_LOCALE, Typeset
from bouture.report.wording import Say

_HERE = files("bouture.report")


def render(
    template: str, language: str, charts: Mapping[str, Spec], context: Mapping[str, Any]
) -> str:
    """A whole page.

    Args:
        template: name of a file in `templates/`.
        language: `fr` or `en`.
        charts: Vega-Lite specs by the name that the template places them under.
        context: what the template shows.
    """
    scripts = [_text("assets/vega.js")] if charts else []
    scripts.append(_text("templates/page.js"))
    data = {"charts": charts, "locale": VEGA_LOCALE[language]}
    return (
        _environment()
        .get_template(template)
        .render(
            context,
            language=language,
            t=Say(language),
            n=Typeset(language),
            charts=frozenset(charts),
            style=Markup(_text("templates/style.css")),
            scripts=[Markup(script) for script in scripts],
            policy=_policy(scripts),
            data=json_for_script(data),
        )
    )


def json_for_script(value: Any) -> Markup:
    """JSON that cannot end the `<script>` it is written in."""
    text = msgspec.json.encode(value).decode()
    for character, escaped in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        text = text.replace(character, escaped)
    return Markup(text)


def _policy(scripts: list[str]) -> str:
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _text(name: str) -> str:
    return _HERE.joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bouture.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
