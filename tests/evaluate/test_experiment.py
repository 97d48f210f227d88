"""The whole experiment on corpora whose answer is planted, and the safeguards it will not go without."""

import msgspec
import pytest

from bouture.corpus.document import Document, Origin
from bouture.errors import ExperimentError, LeakError, UnknownNameError
from bouture.evaluate.evaluation import Decision, Evaluation, Fitted, Planned
from bouture.evaluate.experiment import evaluate
from bouture.evaluate.settings import Settings
from evaluate.planted import copies, corpus, wrong

GOLD, TEST, MORE = corpus("g", 12), corpus("t", 60), corpus("more", 60, "informed")
FAST = {"max_iterations": 30}


def settings(**changes):
    given = {"task": "entities", "sizes": (10,), "bootstrap": 400, "options": FAST} | changes
    if given["task"] == "relations":
        given["options"] = {}
    return Settings(**given)


@pytest.fixture(scope="module")
def informed():
    """An arm that brings true new content, an arm that copies, an arm that is wrong."""
    made = [*MORE, *copies(GOLD, "copied"), *wrong(corpus("w", 30), "mistaken")]
    return evaluate(GOLD, TEST, made, settings(sizes=(5, 10), factor=2.0))


def comparison(evaluation, arm, against, size=10, metric="micro"):
    return next(
        c
        for c in evaluation.comparisons
        if (c.size, c.arm, c.against, c.metric) == (size, arm, against, metric)
    )


def test_new_content_wins_over_gold_alone_and_over_copies(informed):
    assert informed.verdict.decision == Decision.AUGMENT
    assert informed.verdict.arm == "informed"
    for control in ("none", "duplicate"):
        assert comparison(informed, "informed", control).gain


def test_wrong_labels_lose(informed):
    assert comparison(informed, "mistaken", "none").loss
    assert comparison(informed, "mistaken", "duplicate", metric="macro").loss


def test_copies_do_not_beat_the_duplicate_control(informed):
    assert not comparison(informed, "copied", "duplicate").gain


def test_unseen_mentions_are_what_new_content_helps_with(informed):
    cells = {cell.arm: cell for cell in informed.cells if cell.size == 10}
    assert cells["informed"].unseen_recall > cells["duplicate"].unseen_recall + 0.05
    assert cells["informed"].unseen_share == cells["none"].unseen_share
    assert cells["none"].n_extra == 0
    assert cells["informed"].n_extra == cells["duplicate"].n_extra == 20


def test_the_record_goes_to_json_and_back(informed):
    assert msgspec.json.decode(msgspec.json.encode(informed), type=Evaluation) == informed
    assert informed.arms == ("none", "duplicate", "copied", "informed", "mistaken", "mixture")
    assert {d.label for d in informed.per_label} == {"LIEU", "PERSONNE"}
    assert 0 < informed.minimum_detectable_effect < 0.2
    assert [v.size for v in informed.verdict.by_size] == [5, 10]


def test_fewer_documents_than_wanted_are_used_and_told(informed):
    # Copies of the gold sample: 10, where 20 were wanted.
    cell = next(c for c in informed.cells if (c.size, c.arm) == (10, "copied"))
    assert (cell.n_extra, cell.n_extra_wanted) == (10, 20)
    assert any("“copied” with 10" in note.text for note in informed.notes)


def test_copies_alone_end_in_do_not_augment():
    found = evaluate(GOLD, TEST, copies(GOLD, "copied"), settings(sizes=("all",)))
    for against in ("none", "duplicate"):
        assert abs(comparison(found, "copied", against, size=12).delta) < 0.03
    # All gold copied once is the duplicate control itself: nothing to tell them apart.
    same = comparison(found, "copied", "duplicate", size=12)
    assert same.delta == pytest.approx(0, abs=0.01)
    assert found.verdict.decision == Decision.DO_NOT_AUGMENT
    assert "do not augment" in found.verdict.text
    assert "n’augmentez pas" in found.verdict.text_fr


def test_a_tiny_test_set_cannot_tell():
    found = evaluate(GOLD, TEST[:3], MORE[:3], settings(sizes=("all",), worthwhile=0.0))
    assert found.verdict.decision == Decision.CANNOT_TELL
    assert "ot enough data to tell" in found.verdict.text


def test_relations_too():
    found = evaluate(
        GOLD, TEST, MORE, settings(task="relations", sizes=(5,), factor=4.0, metric="macro")
    )
    assert found.learner == "pairs"
    assert found.cells[0].unseen_recall is None
    cells = {cell.arm: cell.macro.f1 for cell in found.cells}
    assert cells["informed"] > cells["none"]


def test_the_number_of_processes_changes_nothing():
    alone = evaluate(GOLD, TEST[:10], MORE, settings(sizes=(5,), processes=1))
    several = evaluate(GOLD, TEST[:10], MORE, settings(sizes=(5,), processes=2))
    assert msgspec.structs.replace(alone, seconds=0) == msgspec.structs.replace(several, seconds=0)


def test_events_announce_then_count():
    events = []
    evaluate(GOLD, TEST[:10], MORE, settings(sizes=("all",)), events.append)
    planned, *fitted = events
    assert isinstance(planned, Planned)
    assert planned.minimum_detectable_effect > 0
    # All gold is one sample and all gold twice another: the same for every seed, fitted once.
    assert planned.fits == 5 + 2 == len(fitted)
    assert all(isinstance(event, Fitted) for event in fitted)
    assert [event.done for event in fitted] == list(range(1, 8))


@pytest.mark.parametrize(
    ("changes", "made", "message"),
    [
        ({"seeds": 4}, MORE, "seeds"),
        ({"arms": ("none", "informed")}, MORE, "duplicate control"),
        ({}, [], "nothing to compare"),
        ({"sizes": (50,)}, MORE, "larger than the 12"),
        ({"learner": "pairs", "options": {}}, MORE, "learns relations"),
        ({"options": {"iterations": 3}}, MORE, "max_iterations"),
        ({}, [Document("s", "a", origin=Origin("oracle"))], "called 'oracle'"),
        ({}, [Document("g1", "a", origin=Origin("x"))], "used by two documents"),
    ],
)
def test_an_experiment_that_would_show_nothing_is_refused(changes, made, message):
    with pytest.raises(ExperimentError, match=message):
        try:
            evaluate(GOLD, TEST, made, settings(**changes))
        except ExperimentError as error:
            raise ExperimentError(str(error)) from None


def test_exploratory_lifts_the_safeguards_and_says_so():
    found = evaluate(
        GOLD,
        TEST[:10],
        MORE,
        settings(seeds=2, arms=("informed",), sizes=(5,), exploratory=True),
    )
    assert found.exploratory
    assert found.verdict.text.startswith("EXPLORATORY RUN")
    assert found.verdict.text_fr.startswith("ESSAI EXPLORATOIRE")
    assert found.verdict.decision != Decision.AUGMENT


def test_leaks_and_unknown_arms_are_refused():
    leaking = Document("s", "Un texte tout neuf.", origin=Origin("llm", ("g1",), ("t3",)))
    with pytest.raises(LeakError) as caught:
        evaluate(GOLD, TEST, [*MORE, leaking], settings())
    assert caught.value.document == "t3"
    with pytest.raises(UnknownNameError, match="informed"):
        evaluate(GOLD, TEST, MORE, settings(arms=("none", "duplicate", "informd")))


def test_test_documents_without_a_unit_are_refused():
    with pytest.raises(ExperimentError, match="no gold entities"):
        evaluate(GOLD, [Document("empty", "Rien.")], MORE, settings())


def test_sizes_too_large_are_left_out_and_told():
    found = evaluate(GOLD, TEST[:10], MORE, settings(sizes=(5, 400)))
    assert found.sizes == (5,)
    assert "400" in found.notes[0].text


def test_the_oracle_is_more_gold_and_places_arms_on_the_gold_curve():
    found = evaluate(
        corpus("g", 40),
        TEST,
        corpus("informed", 40, "informed"),
        settings(sizes=(5, 10, 40), arms=("duplicate", "informed", "oracle")),
    )
    assert any("“oracle” with 40" in note.text for note in found.notes)
    worth = {(g.size, g.arm): g for g in found.gold_equivalents}
    oracle = worth[5, "oracle"]
    # Five more gold documents are worth about five gold documents.
    assert oracle.documents == pytest.approx(5, abs=4)
    assert oracle.exchange_rate == pytest.approx(oracle.documents / 5)
