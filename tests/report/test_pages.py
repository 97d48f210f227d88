"""Pages: well-formed, self-contained, nothing unescaped, and the same numbers as the material."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from bouture.corpus.profile import profile
from bouture.report.profile_page import profile_page
from bouture.report.run_page import run_page
from report.material import PAYLOAD, empty, evaluation, gold, material

VOID = {"meta", "img", "input", "br", "hr", "link"}


class Reader(HTMLParser):
    """Reads a page and notes what would load, run or be left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif not self.open or self.open[-1] != "style":
            self.text.append(data)


def pages() -> dict[str, str]:
    made = {}
    for language in ("fr", "en"):
        made[f"run {language}"] = run_page(material(), language)
        made[f"not measured {language}"] = run_page(material(evaluated=False), language)
        made[f"empty {language}"] = run_page(empty(), language)
        documents = [gold()]
        made[f"profile {language}"] = profile_page(profile(documents), PAYLOAD, language, documents)
        made[f"empty profile {language}"] = profile_page(profile([]), "vide", language)
    return made


PAGES = pages()


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def said(page: str) -> str:
    return re.sub(r"\s+", " ", "".join(read(page).text))


@pytest.mark.parametrize("name", PAGES)
def test_elements_are_balanced(name: str) -> None:
    reader = read(PAGES[name])
    assert reader.unbalanced == []
    assert reader.open == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_loads_from_anywhere(name: str) -> None:
    reader = read(PAGES[name])
    for tag, attributes in reader.tags:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
        assert not [key for key in attributes if key.startswith("on")]
    style = PAGES[name].split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_allows_only_our_scripts(name: str) -> None:
    reader = read(PAGES[name])
    policy = next(a["content"] for t, a in reader.tags if t == "meta" and "http-equiv" in a)
    assert policy is not None
    assert "default-src 'none'" in policy
    running = [text for attributes, text in reader.scripts if attributes["type"] == "module"]
    assert running
    for script in running:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == len(running)


@pytest.mark.parametrize("name", [name for name in PAGES if "empty" not in name])
def test_what_corpora_and_models_say_is_escaped(name: str) -> None:
    page = PAGES[name]
    assert PAYLOAD not in page
    assert "<img" not in page.split("</style>")[1].split('<script type="module">')[0]
    assert PAYLOAD in said(page)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_equation_adds_up(language: str) -> None:
    line = PAGES[f"run {language}"].split('class="equation"')[1].split("</p>")[0]
    total, *parts = [int(number) for number in re.findall(r"<b>(\d+)</b>", line)]
    assert total == sum(parts) == 11
    assert parts == [2, 2, 2, 2, 2, 1]


def test_languages() -> None:
    french, english = said(PAGES["run fr"]), said(PAGES["run en"])
    assert "N’augmentez pas." in french
    assert "Avec 50 : n’augmentez pas." in french
    assert "la mention" in french
    assert "Do not augment." in english
    assert "With 50: do not augment." in english
    assert "mention " in english
    assert "n’augmentez" not in english


def test_numbers_are_written_as_the_language_does() -> None:
    assert "+2,3</span> [+0,4\u202f; +4,1]" in PAGES["run fr"]
    assert "+2.3</span> [+0.4, +4.1]" in PAGES["run en"]
    assert "0,0030\u00a0€" in PAGES["run fr"]
    assert "€0.0030" in PAGES["run en"]


def test_an_exploratory_experiment_is_loud() -> None:
    page = PAGES["run fr"]
    assert evaluation(exploratory=True).exploratory
    assert page.count('class="alarm"') == 2  # in the headline and in its section
    assert 'class="alarm"' not in PAGES["not measured fr"]


def test_without_an_experiment_the_page_says_so() -> None:
    assert "Aucune expérience d’impact" in said(PAGES["not measured fr"])


@pytest.mark.parametrize("name", PAGES)
def test_each_chart_has_its_place_and_a_table_beside_it(name: str) -> None:
    reader = read(PAGES[name])
    data = next(text for attributes, text in reader.scripts if attributes.get("id") == "data")
    charts = json.loads(data)["charts"]
    placed = [a["data-chart"] for _, a in reader.tags if "data-chart" in a]
    assert sorted(placed) == sorted(charts)
    assert sum(tag == "table" for tag, _ in reader.tags) >= bool(charts)
    for spec in charts.values():
        assert "url" not in json.dumps(spec["data"]["values"][0] if spec["data"]["values"] else {})


def test_every_status_is_shown_with_its_source() -> None:
    articles = PAGES["run en"].split('<article class="pair">')[1:]
    assert len(articles) == 8
    for status in ("accepted", "repaired", "review", "rejected"):
        assert sum(f'<span class="chip {status}">' in article for article in articles) == 2
    assert all("<mark>Hier</mark>" in a or "<mark>Hier" in a for a in articles)


def test_pages_are_the_same_each_time() -> None:
    assert run_page(material(), "fr") == PAGES["run fr"]
