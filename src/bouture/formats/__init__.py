"""Corpus formats: reading, writing and validating annotated corpora; each format says what it cannot carry."""

from bouture.formats.catalog import FORMATS
from bouture.formats.corpus_file import examine, read, scan, write
from bouture.formats.format import Carried, Format, Placed
from bouture.formats.validate import validate

__all__ = ["FORMATS", "Carried", "Format", "Placed", "examine", "read", "scan", "validate", "write"]
