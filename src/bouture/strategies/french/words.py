"""Closed classes of French words that stand before and after a mention; adjectives and verbs are in text files beside."""

from importlib import resources
from types import MappingProxyType as Frozen


def _lines(name: str) -> list[list[tuple[str, ...]]]:
    """The rows of a text file of this folder, in the sections that its `#` lines begin."""
    sections: list[list[tuple[str, ...]]] = []
    for line in resources.files(__package__).joinpath(name).read_text("utf-8").splitlines():
        if line.startswith("#"):
            sections.append([])
        else:
            sections[-1].append(tuple(line.split()))
    return sections


# Determiners

_FORMS = """
    le: le la les les
    un: un une des des
    ce: ce cette ces ces
    mon: mon ma mes mes
    ton: ton ta tes tes
    son: son sa ses ses
    notre: notre notre nos nos
    votre: votre votre vos vos
    leur: leur leur leurs leurs
    quel: quel quelle quels quelles
    tel: tel telle tels telles
    nul: nul nulle - -
    aucun: aucun aucune - -
    certain: certain certaine certains certaines
    divers: - - divers diverses
    différents: - - différents différentes
    chaque: chaque chaque - -
    quelque: quelque quelque - -
"""
FORMS: dict[str, tuple[str, ...]] = {}
"""Masculine and feminine singular, masculine and feminine plural of a determiner; empty: there is none."""
DETERMINERS: dict[str, str] = {"l’": "le", "cet": "ce"}
"""Form of a determiner -> its base."""
for _line in _FORMS.strip().splitlines():
    _base, _four = _line.strip().split(": ")
    FORMS[_base] = tuple(form.strip("-") for form in _four.split())
    for _form in FORMS[_base]:
        if _form and _form != "des":
            DETERMINERS[_form] = _base
_PLURAL_ONLY = """
    cent cinq cinquante des deux dix douze huit maints mille neuf onze plusieurs quarante
    quatorze quatre quelques quinze seize sept six soixante treize trente trois vingt
"""
DETERMINERS.update({form: form for form in _PLURAL_ONLY.split()})
CONTRACTED = Frozen({"du": "de", "au": "à", "aux": "à"})
"""Preposition and article in one. « des » is not among them: it is an indefinite article too."""
TELLING: dict[str, tuple[str, str]] = {
    "l’": ("", "s"),
    "cet": ("m", "s"),
    "du": ("m", "s"),
    "au": ("m", "s"),
}
"""Gender and number that the form of a determiner shows; the rest is plural of either gender."""
for _determiner in FORMS.values():
    for _number, _two in (("s", _determiner[:2]), ("p", _determiner[2:])):
        if _two[0] == _two[1]:
            TELLING[_two[0]] = ("", _number)
        else:
            TELLING.update({_two[0]: ("m", _number), _two[1]: ("f", _number)})
for _possessive in ("mon", "ton", "son"):  # before a vowel also feminine
    TELLING[_possessive] = ("", "s")

# What elides

_ELIDED = """
    de d’  que qu’  jusque jusqu’  lorsque lorsqu’  puisque puisqu’  quoique quoiqu’
"""
ELIDED = Frozen(dict(zip(_ELIDED.split()[::2], _ELIDED.split()[1::2], strict=True)))
"""Words elided before a noun, with the form that they then take."""
FULL = Frozen({elided: full for full, elided in ELIDED.items()})

# Adjectives

BEAUTIFUL = Frozen(
    {"beau": "bel", "nouveau": "nouvel", "vieux": "vieil", "fou": "fol", "mou": "mol"}
)
"""Adjectives with a masculine form of their own before a vowel."""
_BEFORE_THE_NOUN, _AFTER_THE_NOUN = _lines("adjectives.txt")
PRENOMINAL = {form: four for four in _BEFORE_THE_NOUN for form in four}
"""Every form of the adjectives that stand before a noun -> its four forms."""
PRENOMINAL.update(
    {special: PRENOMINAL[plain] for plain, special in BEAUTIFUL.items() if plain in PRENOMINAL}
)
ADJECTIVES = PRENOMINAL | {form: four for four in _AFTER_THE_NOUN for form in four}
"""Every form of the adjectives in `adjectives.txt` -> its four forms."""

# Prepositions and the words that tell which sense they have

_PREPOSITIONS = """
    après au aux avant avec chez concernant contre dans de depuis derrière des devant du durant
    dès d’ d’après en entre envers hors malgré outre par parmi pendant pour près sans selon sous
    sur vers via à
"""
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
_PLACING = "de d’ du des à au aux en dans"
PLAIN_PREPOSITIONS = PREPOSITIONS - frozenset(_PLACING.split())
"""After these a noun phrase stands as it would alone."""
_ORIGINS = """
    arrivant arrive arrivent arrivé arrivée arrivées arrivés chassé chassés exilé exilés expulsé
    expulsée expulsées expulsés importé importée importées importés originaire originaires part
    partent parti partie parties partir partis provenance provenant provient rentre rentrer
    rentré rentrée rentrées rentrés ressortissant ressortissants retour revenant revenir revenu
    revenue revenues revenus reviennent revient sorti sortie sorties sortir sortis venant venir
    venu venue venues venus viennent vient
"""
ORIGINS = frozenset(_ORIGINS.split())
"""Words after which « de » is of origin: « revenu de Russie », no article before a feminine name."""
_PLACED = """
    arrive arrivent arriver arrivé arrivée arrivées arrivés atterri atterrir basé basée basées
    basés décédé décédée déployé déployée déployées déployés détenu détenue détenus emprisonné
    emprisonnée habitant habite habitent habiter installé installée installées installés mort
    morte mortes morts naître né née nées nés rencontrés rend rendra rendre rendront rendu
    rendue rendues rendus retour retourner retourné retournée réfugier réfugié réfugiée
    réfugiées réfugiés résidant réside résident résider réunies réunis situé située situées
    situés stationné stationnée stationnées stationnés séjour séjourner vit vivant vivent vivre
    voyage
"""
PLACED = frozenset(_PLACED.split())
"""Words after which « à » before a name is of place and not of whom: « né à Londres »."""
_CLASSIFIERS = """
    city: ville villes village commune capitale municipalité aéroport port gare quartier         agglomération métropole banlieue
    city region: oblast région raïon district préfecture gouvernorat province département comté         canton
    island: île îles presqu’île
    water: mer océan fleuve
"""
CLASSIFIERS = {
    noun: frozenset(places.split())
    for places, nouns in (line.strip().split(": ") for line in _CLASSIFIERS.strip().splitlines())
    for noun in nouns.split()
}
"""Nouns before « de » + name that say what the name is; the kinds of places whose names may follow."""

# Verbs

_HAVE, _BE, _OTHERS = _lines("verbs.txt")
SINGULAR_VERBS: dict[str, str] = dict((*_HAVE, *_BE, *_OTHERS))  # type: ignore[arg-type]
"""Third person singular -> plural."""
PLURAL_VERBS: dict[str, str] = {plural: singular for singular, plural in SINGULAR_VERBS.items()}
BEING = frozenset(form for pair in _BE for form in pair) | {"être", "étant"}
HAVING = frozenset(form for pair in _HAVE for form in pair) | {"avoir", "ayant"}
_LINKING = """
    demeure demeurent deviennent devient paraissent paraît reste restent semble semblent
"""
LINKING = frozenset(_LINKING.split())
_MODALS = """
    allaient allait devaient devait devra devraient devrait devront doit doivent peut peuvent
    pourra pourraient pourrait pourront pouvaient pouvait va vont
"""
MODALS = frozenset(_MODALS.split())
_ADVERBS = """
    ainsi alors assez aujourd’hui aussi bien depuis donc déjà désormais en encore enfin
    finalement fort hier jamais leur lui là même ne non n’ pas peu plus récemment seulement
    toujours trop très vite y également
"""
ADVERBS = frozenset(_ADVERBS.split())
"""Words that may stand between a mention and its verb, or between the verb and its participle."""
_INVARIABLE = """
    afin ainsi alors août après assez aujourd’hui aussi autrui avant avec avril bien car ce ceci
    cela cependant chacun chez comme contre c’ dans demain depuis dimanche donc dont durant dès
    décembre déjà en encore entre envers environ et eu fois février hier ici jamais janvier je
    jeudi juillet juin jusque jusqu’ j’ lors lorsque lorsqu’ lui-même lundi là mai mais mal
    malgré mardi mars matin me mercredi midi mieux moins m’ ne ni notamment nous novembre nuit
    néanmoins n’ octobre on or ou outre où par parfois parmi pas pendant personne peu plus pour
    pourtant presque puisque puisqu’ quand que quelque qui quoi quoique qu’ rien samedi sans se
    selon septembre si soir sous souvent sur surtout s’ tant te toujours tout toutefois trop
    très tu t’ vendredi vers voici voilà vous y ça été
"""
INVARIABLE = frozenset(_INVARIABLE.split())
"""Words that never show a gender or number of the mention."""
_VERBS_TOO = """
    absente active apaise appelle arrive arrives avale calme complète contente creuse croise
    cultive double dure dures dérive fait ferme inquiète interpelle juste lasse mort motive
    prive présente prête rappelle renouvelle signale simple sèche tienne vide vienne égale étale
"""
VERBS_TOO = frozenset(_VERBS_TOO.split())
"""Forms of adjectives that are forms of verbs too."""
