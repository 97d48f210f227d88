"""Function words: closed classes that replacement operations leave alone, as the stop words in Dai & Adel's code."""

_FRENCH = """
    le la les l un une des du de d au aux à en y ce cet cette ces ça cela ceci c celui celle ceux celles
    je j tu il elle on nous vous ils elles me m te t se s lui leur leurs eux moi toi soi
    mon ton son ma ta sa mes tes ses notre votre nos vos
    qui que qu quoi dont où lequel laquelle lesquels lesquelles auquel duquel quel quelle quels quelles
    et ou ni mais or car donc si comme quand lorsque lorsqu puisque puisqu quoique quoiqu parce
    dans par pour sur sous avec sans vers chez entre contre dès depuis pendant jusque jusqu selon
    ne n pas plus moins très trop aussi même tout toute tous toutes
    est sont était étaient été être suis es sommes êtes sera seront serait seraient soit soient fut furent
    a ont avait avaient avoir ai as avons avez aura auront aurait auraient ait aient eu
"""
_ENGLISH = """
    a an the this that these those some any no each every all both
    i you he she it we they me him her us them my your his its our their mine yours hers ours theirs
    who whom whose which what where when why how
    and or but nor so yet if as than because while although though until unless
    in on at by for with about against between into through during before after above below to from up
    down of off over under again further then once here there
    is are was were be been being am do does did doing have has had having
    will would shall should can could may might must not n't 's 're 've 'll 'd 'm
    more most other such only own same too very just
"""


def function_words(language: str) -> frozenset[str]:
    """The function words of `fr` or `en`, lower-case, without the apostrophe of elided forms."""
    return frozenset((_ENGLISH if language == "en" else _FRENCH).split())
