"""Whether French elides before a word: spelling where it is certain, short lists where it is not, else unknown."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, TypeAlias

Initial: TypeAlias = Literal["", "v", "c", "s"]

_WORD = re.compile(r"[\s’'ʼ./\-–(),;:]")
_OPENING = '«"“„‘( \u00a0\u202f'

_ASPIRATED = """
    hache haches hach hadj hadith haie haies haillon hain hair haï haïr haïs haïss haït hal. hâl halag hâle halet halète hall. halls. halle
    halles halo halos halogène. halt hamac hamas hambourg hameau hammam hamster hanap hanche hand handicap hangar hann hanneton hanovre
    hanse hant happ haquenée harangu haras harass harcel harcèl hard. hardi harem hareng hargn haricot harki harnais
    harnach haro. harp harpie harpon harvard hasard haschi hâte hâti hâtif hauban haubert hauss haut havane havr havre havres hayon haye
    heaum heidegger hein. henn hep. hercher hère. héris hériss hernie héron héros. hers hertz hess hess hesse hêtre heurt hezbollah hibou hic. hideu
    hiérarch hiéroglyphe. hip. hip-hop hippie hisse hiss hit. hitparade hit-parade hobb hoch hockey holding hold-up hollande
    holland hollywoo. homard home. honduras hongkong hongr hong honfleur hont hoquet horde hors hot. hot-dog hotte
    houblon houe houill houle houl houppe hourra housp houss houston houthi houthis huard hublot huche huer. huée huguenot
    hui. huit hulul hululement hulott hum. hun. huns. hune hunt hupp hure. hurl hurons hussard hutte hutu haka harki hijab highlander
    hooligan homs hooliganisme hurricane hamburg. hamburger handball handball hangzhou harlem hacker hackeurs hacking haubans havresac
"""
"""Beginnings (words, where a full stop closes them) before which nothing is elided: h aspiré."""
_MUTE = """
    habi habil habit hagiogr haïfa haïti haleine halieut hallucin haltér haltèr hameçon hamecon hanoï hanoi harmon harmoni hast
    hebdo héber hébét hébr hébreu hécat hectare hecto hédon hégém hélas hélic hélio héli hélico héliport hellén helsinki helvét
    héma hémat hémi hémorr henri. hépat héraclès hérault herb hercul hérédit héréd hérés hériter hérita héritier hérit
    hermét hermin hermétique héro héroï héroïne héroïque hésit hétér heur heure heureu hexag hier hilar himalaya
    hindou hippo hippique hippodrome hiroshima hirond hispan histoi histoire histor hiver hivern hitler holo homéo homici hommage homme hommes homo
    homolog honnêt honneur honor honora horair horizon horlog hormis hormon horoscop horreur horrib horrif hort hospi hospital
    hostie hostil hôpita hôte hôtel hôtesse huil huile huiss huissier huître humain humani human humbl humeur humid humil humour hurluberlu
    hydr hyg hyménée hymne hyp hystér hyacinthe
"""
"""Beginnings before which words are elided: h muet."""


_H: dict[str, Initial] = {}
for _stem in _MUTE.split():
    _H[_stem] = "v"
for _stem in _ASPIRATED.split():
    _H[_stem] = "c"
_PLAIN_VOWEL_TEXT = """
    iode iodé iodée iota iéna ionien ionienne ioniens ioniennes ionique ionie iowa ionesco ouest
    ouïe oued ouija yeux yeuse yeu yonne yerres yèvre yèbles ouïghour ouïghours ouistreham
    ouagadougou ouessant ouaté
"""
_PLAIN_VOWEL = frozenset(_PLAIN_VOWEL_TEXT.split())
"""Words that begin as a glide would and are elided before all the same."""
_NO_ELISION_TEXT = """
    oui ouistiti ouistitis onze onzième onzièmes ululement ululements uhlan uhlans yaourt
    yaourts ouah ouais ouf
"""
_NO_ELISION = frozenset(_NO_ELISION_TEXT.split())
_GLIDE = re.compile(r"i[aeéèouy]|ou[aeéèiï]")
_READ = 6
"""Letters from which a word in capitals is read, not spelt: SEATTLE."""
_READ_IN_U_TEXT = """
    UE UA URSS UNESCO UNICEF UMP UDI UEFA ULM UV UPA UKRAINE URUGUAY
"""
_READ_IN_U = frozenset(_READ_IN_U_TEXT.split())
_SPELT_WITH_VOWEL = frozenset("FLMNRS")
"""Consonants whose name begins with a vowel (« effe », « elle »…). Usage elides no article before them."""
_UNSURE = frozenset("HUXY")

"""Letters before which usage hesitates when an acronym is spelt."""


@lru_cache(maxsize=1 << 14)
def initial(surface: str) -> Initial:
    """`v` when French elides before `surface`, `c` when it does not, `s` when it does not elide an article.

    `s` is an acronym such as FSB, SNCF: « le FSB », « la SNCF », but « d’HLM » beside « de HLM ». Empty
    when spelling does not tell: a name in h or in i + vowel, a text that does not begin with a Latin letter.
    """
    word = _WORD.split(surface.lstrip(_OPENING), maxsplit=1)[0]
    lower = unicodedata.normalize("NFC", word.lower())
    letter = unicodedata.normalize("NFD", lower)[:1].replace("œ", "o").replace("æ", "a")
    if len(word) == 1 and letter.isalpha() and surface.lstrip(_OPENING)[1:2] not in ("’", "'"):
        return ""  # an initial
    if letter.isdigit() and letter.isascii():
        return "c"  # le 8, le 11, le 1er: no elision before figures
    if not letter.isascii() or not letter.isalpha():
        return ""
    if lower in _NO_ELISION:
        return "c"
    if lower in _PLAIN_VOWEL:
        return "v"
    if word in _READ_IN_U:
        return "v"
    if 1 < len(word) < _READ and word.isupper() and letter not in "aeio":
        return _acronym(word)
    return _by_letter(lower, letter)


def _acronym(word: str) -> Initial:
    """A word in capitals: an acronym, spelt or read, or a title."""
    if word[0] in _UNSURE:
        return ""
    return "s" if word[0] in _SPELT_WITH_VOWEL else "c"


def _by_letter(lower: str, letter: str) -> Initial:
    if letter == "h":
        return _after_h(lower)
    if letter == "y":
        return _in_y(lower)
    if _GLIDE.match(lower):
        return ""
    return "v" if letter in "aeiou" else "c"


def _after_h(lower: str) -> Initial:
    """The longest beginning that is listed decides: « le héros » but « l’héroïsme »."""
    for end in range(len(lower), 1, -1):
        kind = _H.get(lower[:end]) or (_H.get(lower + ".") if end == len(lower) else None)
        if kind:
            return kind
    return ""


def _in_y(lower: str) -> Initial:
    """« Yves », « l’Yonne », but « le Yémen », « de Yalta »."""
    if len(lower) == 1:
        return ""
    second = unicodedata.normalize("NFD", lower[1])[:1]
    if second not in "aeiouy":
        return "v"
    return "c" if second in "aou" or lower.startswith(("yé", "yeltsin", "yen", "yi")) else ""
