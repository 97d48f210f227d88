"""What can be wrong with the form of a guide: codes G01-G19, their wordings and what to do."""

from typing import NamedTuple

from bouture.corpus.issue import Issue, Place, Severity, Wording


class Problem(NamedTuple):
    """One kind of problem: the message in both languages and what to do about it."""

    wording: Wording
    hint: str


PROBLEMS = {
    "G01": Problem(
        Wording("{what}", "en-tête illisible : {what}"),
        "put `title`, `language` and `version` as `key: value` between two lines `---`",
    ),
    "G02": Problem(
        Wording("the guide defines no entity label", "le guide ne définit aucun type d’entité"),
        "write a section `## Entities` (or `## Entités`) with one `### LABEL` for each label",
    ),
    "G03": Problem(
        Wording(
            "label “{label}” is missing or already defined at line {first}",
            "le type « {label} » manque ou est déjà défini à la ligne {first}",
        ),
        "give each `###` heading its own label, as the first word",
    ),
    "G04": Problem(
        Wording(
            "unknown field “{field}”; known here: {known}",
            "champ inconnu « {field} » ; champs connus ici : {known}",
        ),
        "correct its name; plain paragraphs may say anything",
    ),
    "G05": Problem(
        Wording("a rule without a valid id: “{text}”", "règle sans identifiant valable : « {text} »"),
        "write `- [PER-I1] …`: capitals, a hyphen, I, E or B, a number",
    ),
    "G06": Problem(
        Wording(
            "rule id {rule} is already used at line {first}",
            "l’identifiant de règle {rule} est déjà pris à la ligne {first}",
        ),
        "give each rule its own id",
    ),
    "G07": Problem(
        Wording("an example that belongs to no rule", "cet exemple n’est rattaché à aucune règle"),
        "place it below the rule it shows",
    ),
    "G08": Problem(
        Wording("the example cannot be read: {what}", "l’exemple est illisible : {what}"), ""
    ),
    "G09": Problem(
        Wording(
            "label “{label}” of the example is not in the guide; known: {known}",
            "le type « {label} » de l’exemple n’est pas dans le guide ; types connus : {known}",
        ),
        "correct it, or define the label",
    ),
    "G10": Problem(
        Wording("unknown axiom “{axiom}”; known: {known}", "axiome inconnu « {axiom} » ; axiomes connus : {known}"),
        "separate axioms with ;",
    ),
    "G11": Problem(
        Wording("code of rule {rule}: {what}", "code de la règle {rule} : {what}"),
        "codes: no_determiner, no_pronoun, max_tokens=N, forbid=/re/, require=/re/",
    ),
    "G12": Problem(
        Wording("a pair of labels cannot be read: {what}", "couple de types illisible : {what}"),
        "separate the pairs with ;",
    ),
    "G13": Problem(
        Wording("label {label} has no definition", "le type {label} n’a pas de définition"),
        "write `**Definition.** …` (or `**Définition.** …`) below its heading",
    ),
    "G14": Problem(
        Wording("relation {label} has no ends", "la relation {label} n’a pas d’extrémités"),
        "write `**Ends.** HEAD → TAIL ; …` (or `**Extrémités.** …`) below its heading",
    ),
    "G15": Problem(
        Wording("unknown item below a rule: “{text}”", "élément inconnu sous une règle : « {text} »"),
        "write `- Example: …` or `- Counter-example: …` (Exemple, Contre-exemple), or move it into the rule",
    ),
    "G16": Problem(
        Wording(
            "axiom “{axiom}”: “{label}” is not a relation of the guide; known: {known}",
            "axiome « {axiom} » : « {label} » n’est pas une relation du guide ; relations connues : {known}",
        ),
        "correct the label, or define the relation",
    ),
    "G17": Problem(
        Wording(
            "field “{field}” is already given at line {first}",
            "le champ « {field} » est déjà donné à la ligne {first}",
        ),
        "keep one",
    ),
    "G18": Problem(
        Wording(
            "“{label}” is not an entity label of the guide; known: {known}",
            "« {label} » n’est pas un type d’entité du guide ; types connus : {known}",
        ),
        "correct it, or define the label",
    ),
    "G19": Problem(
        Wording(
            "rule {rule} of a relation has a code: a relation has no mention to check",
            "la règle {rule} d’une relation a un code : une relation n’a pas de mention à contrôler",
        ),
        "move the rule to an entity label or to the general rules",
    ),
}  # fmt: skip


class Problems:
    """Collects what is wrong with one guide."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Issue] = []

    def add(self, code: str, line: int, **evidence: object) -> None:
        """Notes a problem; its evidence holds the `hint`, the one of the table unless given."""
        problem = PROBLEMS[code]
        evidence.setdefault("hint", problem.hint)
        place = Place(path=self.path, line=line)
        self.found.append(Issue.of(code, Severity.REJECT, problem.wording, place, **evidence))
