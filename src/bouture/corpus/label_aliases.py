"""What label a model meant: case, accents, plurals, hyphens, small slips, and obvious French/English pairs."""

import difflib
import re
from collections.abc import Iterable

from bouture.corpus.normalise import normalise

PAIRS = (
    ("personne", "person", "per", "pers", "personnalite", "people"),
    ("organisation", "organization", "org", "institution"),
    ("lieu", "location", "loc", "place", "localisation"),
    ("date", "jour"),
    ("heure", "time", "hour"),
    ("evenement", "event", "evt"),
    ("unite", "unit", "militaryunit", "unitemilitaire"),
    ("materiel", "equipment", "equipement", "weapon", "arme", "militaryequipment"),
    ("fonction", "function", "role", "title", "titre", "position", "poste"),
    ("groupe", "group", "groupofpeople"),
    ("site", "facility", "fac", "installation", "infrastructure"),
    ("quantite", "quantity", "number", "nombre", "cardinal"),
    ("nationalite", "nationality"),
    ("produit", "product"),
    ("divers", "misc", "miscellaneous", "autre", "other"),
    ("situea", "locatedin", "locatedat", "situedans", "localisea"),
    ("appartienta", "belongsto", "partof", "memberof", "membrede"),
    ("commande", "commands", "dirige", "leads"),
    ("residea", "livesin", "habitea", "residesin"),
    ("attaque", "attacks"),
    ("utilise", "uses"),
    ("fournit", "supplies", "provides"),
)
"""Keys (see `key`) of labels that say the same in French and English, or shorter."""
_SLIP = 0.9
"""Similarity (difflib ratio, 0 to 1) from which a label is another one misspelt."""


def key(label: str) -> str:
    """A label without case, accents, separators and plural mark."""
    bare = re.sub(r"[\W_]+", "", normalise(label, casefold=True, accents=False).text)
    return bare[:-1] if len(bare) > 4 and bare.endswith(("s", "aux", "eux")) else bare


def resolve(label: str, known: Iterable[str]) -> str | None:
    """The label of `known` that `label` stands for, None when there is none or more than one."""
    names = list(known)
    if label in names:
        return label
    meant = key(label)
    if not meant:
        return None
    keys = {name: key(name) for name in names}
    same = [name for name in names if keys[name] == meant]
    if not same:
        group = next((pair for pair in PAIRS if meant in map(key, pair)), ())
        same = [name for name in names if keys[name] in set(map(key, group))]
    if not same and len(meant) > 4:
        near = difflib.get_close_matches(meant, list(keys.values()), n=2, cutoff=_SLIP)
        same = [name for name in names if keys[name] in near]
    return same[0] if len(same) == 1 else None
