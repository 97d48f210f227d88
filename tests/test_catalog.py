"""Catalogues load what they name and help when a name is wrong."""

import importlib.metadata
from importlib.metadata import EntryPoint

import pytest

from bouture.catalog import Catalog
from bouture.errors import PluginError, UnknownNameError

JSONS = Catalog[object]("module", "bouture.test", {"dumps": "json:dumps", "loads": "json:loads"})


def test_members_are_loaded_by_name() -> None:
    import json

    assert JSONS.load("dumps") is json.dumps


def test_an_unknown_name_lists_the_known_ones_nearest_first() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'loads'\? known: loads, dumps"):
        JSONS.load("load")


def test_other_packages_add_members(monkeypatch: pytest.MonkeyPatch) -> None:
    added = EntryPoint("encode", "json:JSONEncoder", "bouture.test")
    groups = {"bouture.test": [added]}
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: groups.get(group, []))
    assert JSONS.names() == ["dumps", "loads", "encode"]
    assert JSONS.load("encode").__name__ == "JSONEncoder"  # type: ignore[attr-defined]


def test_a_member_of_another_package_that_cannot_be_loaded_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = EntryPoint("encode", "json:NoSuchThing", "bouture.test")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [broken])
    with pytest.raises(PluginError, match="module 'encode' of another package cannot be loaded"):
        JSONS.load("encode")
