"""What can be read but should be looked at: codes V80 to V85."""

from bouture.corpus.issue import Severity, Wording
from bouture.formats.kind import Kind

REVIEW = Severity.REVIEW

DOUBTS: dict[str, Kind] = {
    "V80": Kind(
        REVIEW,
        Wording("same text as document {other!r}", "même texte que le document « {other} »"),
        Wording(
            "keep one, or a test text may be a training text",
            "gardez-en un seul, sinon un texte de test peut se retrouver dans l’entraînement",
        ),
    ),
    "V81": Kind(
        REVIEW,
        Wording("the text is empty", "le texte est vide"),
        Wording("remove the document", "retirez le document"),
    ),
    "V82": Kind(
        REVIEW,
        Wording(
            "{label} mention {mention!r} begins or ends with a space",
            "la mention {label} « {mention} » commence ou finit par une espace",
        ),
        Wording("move its edge", "déplacez son bord"),
    ),
    "V83": Kind(
        REVIEW,
        Wording(
            "{label} mention {mention!r} begins or ends with punctuation",
            "la mention {label} « {mention} » commence ou finit par un signe de ponctuation",
        ),
        Wording(
            "move its edge, unless the sign belongs to the name",
            "déplacez son bord, sauf si ce signe appartient au nom",
        ),
    ),
    "V84": Kind(
        REVIEW,
        Wording(
            "{label} mention {mention!r} begins or ends inside a word ({context!r})",
            "la mention {label} « {mention} » commence ou finit à l’intérieur d’un mot (« {context} »)",
        ),
        Wording("move its edge to the edge of the word", "déplacez son bord au bord du mot"),
    ),
    "V85": Kind(
        REVIEW,
        Wording(
            "{label} mention {mention!r} crosses {other_label} mention {other!r}",
            "la mention {label} « {mention} » chevauche la mention {other_label} « {other} »",
        ),
        Wording(
            "mentions may nest, but rarely overlap in part",
            "des mentions peuvent s’imbriquer, mais se chevauchent rarement en partie",
        ),
    ),
}
