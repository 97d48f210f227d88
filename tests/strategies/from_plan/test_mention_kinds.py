"""How mentions name their entity."""

import pytest

from bouture.strategies.from_plan.mention_kinds import kinds


@pytest.mark.parametrize(
    ("surfaces", "expected"),
    [
        (("Volodymyr Zelensky", "Zelensky", "il"), "full short pronoun"),
        (("Zelensky", "président ukrainien", "Volodymyr Zelensky"), "short description full"),
        (("Agence internationale de l’énergie atomique", "AIEA", "agence"), "full acronym short"),
        (("AIEA", "AIEA"), "full full"),
        (("U.E.", "Union européenne"), "acronym full"),
        (("manifestation", "grève"), "full description"),
        (("grève", "grève générale"), "short full"),
        (("Ils", "étudiants"), "pronoun full"),
        (("celle-ci",), "pronoun"),
        (("72e brigade mécanisée", "brigade", "72e"), "full short short"),
        (("l’", "Lui"), "pronoun pronoun"),
        ((), ""),
    ],
)
def test_kinds(surfaces, expected):
    assert " ".join(kinds(surfaces)) == expected


def test_kinds_in_english():
    assert " ".join(kinds(["Angela Merkel", "she", "the chancellor"], "en")) == (
        "full pronoun description"
    )
