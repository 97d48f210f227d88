"""What writing a corpus in a format that carries less loses: codes V60 to V68."""

from bouture.corpus.issue import Severity, Wording
from bouture.formats.kind import Kind

REVIEW = Severity.REVIEW

LOSSES: dict[str, Kind] = {
    "V60": Kind(
        REVIEW,
        Wording("{count} relations", "{count} relations"),
        Wording("left out", "laissées de côté"),
    ),
    "V61": Kind(
        REVIEW,
        Wording(
            "the link between the mentions of {count} entities with several",
            "le lien entre les mentions de {count} entités qui en ont plusieurs",
        ),
        Wording("each mention becomes an entity", "chaque mention devient une entité"),
    ),
    "V62": Kind(
        REVIEW,
        Wording(
            "{count} mentions inside or across another: {ids}",
            "{count} mentions imbriquées ou chevauchantes : {ids}",
        ),
        Wording("the longest is kept", "la plus longue est gardée"),
    ),
    "V63": Kind(
        REVIEW,
        Wording("the origin", "l’origine"),
        Wording("left out", "laissée de côté"),
    ),
    "V64": Kind(
        REVIEW,
        Wording("the metadata: {keys}", "les métadonnées : {keys}"),
        Wording("left out", "laissées de côté"),
    ),
    "V65": Kind(
        REVIEW,
        Wording("entity ids {why}: {ids}", "identifiants d’entité {why_fr} : {ids}"),
        Wording("the entities are numbered instead", "les entités sont numérotées"),
    ),
    "V66": Kind(
        REVIEW,
        Wording("labels {why}: {labels}", "types {why_fr} : {labels}"),
        Wording(
            "those characters become '_'",
            "ces caractères deviennent « _ »",
        ),
    ),
    "V67": Kind(
        REVIEW,
        Wording(
            "the spaces at the edges of {count} mentions",
            "les espaces au bord de {count} mentions",
        ),
        Wording("the mentions are trimmed", "les mentions sont rognées"),
    ),
    "V68": Kind(
        REVIEW,
        Wording(
            "the mask: {spans} stretches and {pairs} pairs that nobody has decided on",
            "le masque : {spans} passages et {pairs} paires sur lesquels personne ne s’est prononcé",
        ),
        Wording(
            "left out: what was undecided becomes negative",
            "laissé de côté : ce qui était indécis devient négatif",
        ),
    ),
}
