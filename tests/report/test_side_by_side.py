"""What stands beside a new document in the report: its source with what changed, or an example that was only shown."""

from bouture.augment.outcome import Outcome, Status
from bouture.corpus.document import Document, Origin
from bouture.report.side_by_side import pairs

TRAIN = [
    Document("shown", "Le maire parle aux habitants."),
    Document("other", "La route est coupée."),
]


def shown(keeps: str, sources: tuple[str, ...], text: str) -> tuple[str | None, bool, bool]:
    """Id of what stands beside, whether it is an example, whether words are marked as changed."""
    origin = Origin("x", sources, parameters={"keeps": keeps})
    made = Document("new", text, origin=origin)
    outcome = Outcome("shown~x~0", Status.ACCEPTED, "shown", "x", document=made)
    [pair] = pairs([outcome], TRAIN, {}, "fr")
    marked = "<mark" in pair.new.html or (pair.source is not None and "<mark" in pair.source.html)
    return pair.source.id if pair.source else None, pair.is_example, marked


def test_a_rewritten_text_stands_beside_its_source() -> None:
    assert shown("mentions", ("shown",), "Le maire écrit aux habitants.") == ("shown", False, True)


def test_a_document_made_from_another_than_that_of_its_job_stands_beside_that_one() -> None:
    assert shown("entities", ("other",), "La route n’est pas coupée.") == ("other", False, True)


def test_a_new_text_stands_beside_what_was_shown_and_nothing_is_marked_as_changed() -> None:
    for keeps in ("plan", "rule", "nothing", "required", "pair"):
        assert shown(keeps, ("other",), "Le pont tient.") == ("shown", True, False), keeps
