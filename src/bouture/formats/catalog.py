"""The corpus formats by name."""

from bouture.catalog import Catalog
from bouture.formats.format import Format

FORMATS: Catalog[type[Format]] = Catalog(
    "format",
    "bouture.formats",
    {
        "jsonl": "bouture.formats.jsonl:Jsonl",
        "textmine": "bouture.formats.textmine:TextMine",
        "labelstudio": "bouture.formats.labelstudio:LabelStudio",
        "brat": "bouture.formats.brat:Brat",
        "conll": "bouture.formats.conll:Conll",
    },
)
