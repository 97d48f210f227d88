"""What can be wrong with a corpus file, or had to be interpreted in it: codes V01 to V42."""

from bouture.corpus.issue import Severity, Wording
from bouture.formats.kind import Kind

REJECT, REVIEW = Severity.REJECT, Severity.REVIEW
REPAIRED, NOTE = Severity.REPAIRED, Severity.NOTE

READING: dict[str, Kind] = {
    # The file itself
    "V01": Kind(
        REJECT,
        Wording(
            "byte {byte} of the line (0x{value}) is not valid UTF-8",
            "l’octet {byte} de la ligne (0x{value}) n’est pas de l’UTF-8 valide",
        ),
        Wording(
            "save the file as UTF-8; it looks like {guess}",
            "enregistrez le fichier en UTF-8 ; il semble être en {guess}",
        ),
    ),
    "V02": Kind(
        NOTE,
        Wording(
            "the file begins with a byte order mark (BOM)",
            "le fichier commence par une marque d’ordre des octets (BOM)",
        ),
        Wording("nothing to do: it is {fate}", "rien à faire : {fate_fr}"),
    ),
    "V03": Kind(
        REJECT,
        Wording("not valid {syntax}: {why}", "{syntax} non valide : {why}"),
        Wording(
            "correct the line, or export the file again",
            "corrigez la ligne ou exportez de nouveau le fichier",
        ),
    ),
    "V04": Kind(
        REJECT,
        Wording(
            "the file stops in the middle of {what}", "le fichier s’arrête au milieu de {what_fr}"
        ),
        Wording(
            "the copy or export was cut short: do it again",
            "la copie ou l’export a été interrompu : recommencez",
        ),
    ),
    "V05": Kind(
        REJECT,
        Wording("{owner} has no {field!r}", "{owner} : il manque « {field} »"),
        Wording("found: {found}", "trouvé : {found}"),
    ),
    "V06": Kind(
        REJECT,
        Wording(
            "{owner}: {field!r} should be {expected}, found {found}",
            "{owner} : « {field} » devrait être {expected_fr}, trouvé {found}",
        ),
        Wording("correct the value", "corrigez la valeur"),
    ),
    "V07": Kind(
        REPAIRED,
        Wording(
            "{owner}: {field!r} is a number written as {found}; read as {number}",
            "{owner} : « {field} » est un nombre écrit {found} ; lu {number}",
        ),
        Wording("write it as a whole number", "écrivez-le comme un nombre entier"),
    ),
    "V08": Kind(
        NOTE,
        Wording(
            "field {field!r} is not read ({count} times)",
            "le champ « {field} » n’est pas lu ({count} fois)",
        ),
        Wording(
            "put what must be kept into 'meta'", "mettez dans « meta » ce qui doit être conservé"
        ),
    ),
    "V09": Kind(
        REVIEW,
        Wording("the file holds no document", "le fichier ne contient aucun document"),
        Wording("check that it is the right file", "vérifiez que c’est le bon fichier"),
    ),
    # Documents
    "V10": Kind(
        REJECT,
        Wording(
            "document id {id!r} is used twice; first in {first}",
            "l’identifiant de document « {id} » sert deux fois ; d’abord dans {first}",
        ),
        Wording("give each document its own id", "donnez à chaque document son propre identifiant"),
    ),
    "V11": Kind(
        REJECT,
        Wording("entity id {id!r} is used twice", "l’identifiant d’entité « {id} » sert deux fois"),
        Wording("give each entity its own id", "donnez à chaque entité son propre identifiant"),
    ),
    "V12": Kind(
        REJECT,
        Wording(
            "entity {id!r}: mention {start}-{end} is not inside the text ({length} characters)",
            "entité « {id} » : la mention {start}-{end} n’est pas dans le texte ({length} caractères)",
        ),
        Wording(
            "offsets are code points from 0, the end excluded{guess}",
            "les positions se comptent en caractères (points de code) à partir de 0, fin exclue{guess_fr}",
        ),
    ),
    "V13": Kind(
        REJECT,
        Wording(
            "entity {id!r}: the text at {start}-{end} is {found!r}, the file says {said!r}",
            "entité « {id} » : le texte en {start}-{end} est « {found} », le fichier dit « {said} »",
        ),
        Wording("{guess}", "{guess_fr}"),
    ),
    "V14": Kind(
        REJECT,
        Wording(
            "relation {relation} points to entity {end!r}, which does not exist",
            "la relation {relation} renvoie à l’entité « {end} », qui n’existe pas",
        ),
        Wording("remove the relation or add the entity", "retirez la relation ou ajoutez l’entité"),
    ),
    "V15": Kind(
        REPAIRED,
        Wording(
            "relation {relation} is given twice; kept once",
            "la relation {relation} est donnée deux fois ; gardée une fois",
        ),
        Wording("remove one", "retirez-en une"),
    ),
    "V16": Kind(
        REPAIRED,
        Wording(
            "entity {id!r} has the mention {start}-{end} twice; kept once",
            "l’entité « {id} » a deux fois la mention {start}-{end} ; gardée une fois",
        ),
        Wording("remove one", "retirez-en une"),
    ),
    "V17": Kind(
        REJECT,
        Wording(
            "{owner}: {field!r} holds half a character (surrogate) at offset {offset}",
            "{owner} : « {field} » contient un demi-caractère (surrogate) à la position {offset}",
        ),
        Wording(
            "write the file again from its source, as UTF-8",
            "réécrivez le fichier depuis sa source, en UTF-8",
        ),
    ),
    "V18": Kind(
        REJECT,
        Wording(
            "{group} joins mentions with different labels: {labels}",
            "{group} réunit des mentions de types différents : {labels}",
        ),
        Wording(
            "mentions of one entity share its label",
            "les mentions d’une même entité ont toutes son type",
        ),
    ),
    "V19": Kind(
        REJECT,
        Wording(
            "{group} names {member!r}, which does not exist or is already taken",
            "{group} cite « {member} », qui n’existe pas ou est déjà pris",
        ),
        Wording("correct the group", "corrigez le groupe"),
    ),
    "V20": Kind(
        REVIEW,
        Wording(
            "{count} relations between mentions are not among the relations between entities, and are not read",
            "{count} relations entre mentions ne sont pas parmi les relations entre entités, et ne sont pas lues",
        ),
        Wording(
            "check 'relations' against 'doc_relations'",
            "comparez « relations » à « doc_relations »",
        ),
    ),
    # What a format says that bouture cannot carry, or that had to be interpreted
    "V30": Kind(
        NOTE,
        Wording(
            "{count} annotations of one task; read: {chosen}",
            "{count} annotations pour une tâche ; lue : {chosen}",
        ),
        Wording(
            "to compare annotators, export one file for each",
            "pour comparer les annotateurs, exportez un fichier pour chacun",
        ),
    ),
    "V31": Kind(
        REVIEW,
        Wording(
            "the task was skipped by its annotator; it is not read",
            "la tâche a été passée par l’annotateur ; elle n’est pas lue",
        ),
        Wording("annotate it, or remove it", "annotez-la ou retirez-la"),
    ),
    "V32": Kind(
        REVIEW,
        Wording(
            "not annotated: read as a document without entity",
            "non annoté : lu comme un document sans entité",
        ),
        Wording(
            "remove it unless it really has none", "retirez-le, à moins qu’il n’en ait vraiment pas"
        ),
    ),
    "V33": Kind(
        NOTE,
        Wording(
            "region {region!r} has several labels; read as one entity for each: {labels}",
            "la région « {region} » a plusieurs types ; lue comme une entité par type : {labels}",
        ),
        Wording(
            "its relations are given to the first", "ses relations sont attribuées à la première"
        ),
    ),
    "V34": Kind(
        REVIEW,
        Wording(
            "{what} are not read ({count} times)", "{what_fr} : non pris en compte ({count} fois)"
        ),
        Wording(
            "bouture carries entities and relations", "bouture traite les entités et les relations"
        ),
    ),
    "V35": Kind(
        REJECT,
        Wording(
            "mention {id!r} is discontinuous ({span})",
            "la mention « {id} » est discontinue ({span})",
        ),
        Wording(
            "make it one stretch from its first to its last character, or one mention for each piece",
            "faites-en un seul segment du premier au dernier caractère, ou une mention par morceau",
        ),
    ),
    "V36": Kind(
        REJECT,
        Wording(
            "{id} is an event, which bouture cannot read",
            "{id} est un événement, que bouture ne lit pas",
        ),
        Wording(
            "keep its trigger (T line) as an entity and write each argument as a relation (R line)",
            "gardez son déclencheur (ligne T) comme entité et écrivez chaque argument comme relation (ligne R)",
        ),
    ),
    "V37": Kind(
        REJECT,
        Wording("{missing} is missing beside it", "il manque {missing} à côté de ce fichier"),
        Wording(
            "brat needs the .txt and the .ann together",
            "brat a besoin du .txt et du .ann ensemble",
        ),
    ),
    "V38": Kind(
        NOTE,
        Wording(
            "{count} mentions begin with an I- tag; read as if it were B-",
            "{count} mentions commencent par une étiquette I-, lue comme B-",
        ),
        Wording("write B- on the first token", "écrivez B- sur le premier mot"),
    ),
    "V39": Kind(
        NOTE,
        Wording(
            "the text was rebuilt from the tokens ({count} documents)",
            "le texte a été reconstitué à partir des mots ({count} documents)",
        ),
        Wording(
            "add '# text = …' or 'SpaceAfter=No' to have it exactly",
            "ajoutez « # text = … » ou « SpaceAfter=No » pour l’obtenir exactement",
        ),
    ),
    "V40": Kind(
        REPAIRED,
        Wording(
            "offsets counted in UTF-16 units; read as code points",
            "positions comptées en unités UTF-16 ; converties en points de code",
        ),
        Wording(
            "nothing to do: the texts of the regions agree",
            "rien à faire : les textes des régions concordent",
        ),
    ),
    "V41": Kind(
        REJECT,
        Wording("{owner} cannot be read: {why}", "{owner} illisible : {why_fr}"),
        Wording("{advice}", "{advice_fr}"),
    ),
    "V42": Kind(
        REVIEW,
        Wording(
            "{what}; {reading}",
            "{what_fr} ; {reading_fr}",
        ),
        Wording("check that this is what was meant", "vérifiez que c’est bien ce qui était voulu"),
    ),
}
