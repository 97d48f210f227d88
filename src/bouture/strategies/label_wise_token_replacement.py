"""Label-wise token replacement (Dai & Adel, COLING 2020, section 3.2): a token becomes another one of the same label."""

import random
from collections import Counter
from itertools import accumulate

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document
from bouture.corpus.tokens import tokenize
from bouture.strategies.dialogue import Dialogue, Materials
from bouture.strategies.editing import Edit, apply_to_tokens, made_by
from bouture.strategies.function_words import function_words
from bouture.strategies.labelling import LabelledToken, label_tokens


class LabelWiseTokenReplacement:
    """Each token is replaced with probability `p` by one drawn from the tokens of its label in gold.

    The draw follows the frequencies of the training documents, raised to `power`. The sequence of labels, the spacing
    and the relations stay. In nested mentions the label is that of every level at once. In running
    text a token touches its neighbours, so punctuation neither moves in nor out, and a replacement
    that would fuse with the text beside it is left out.
    """

    name = "label_wise_token_replacement"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        p: float = Field(
            0.3,
            gt=0,
            le=1,
            description="probability that a token is replaced (the paper tries 0.1, 0.3, 0.5, 0.7)",
        )
        power: float = Field(
            1.0,
            ge=0,
            le=1,
            description="exponent of the frequencies drawn by: 1 as they are, 0 every token alike (`p_power` of the authors' code)",
        )
        function_words: bool = Field(
            False, description="also replace function words, which the authors' code leaves alone"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._left = frozenset() if options.function_words else function_words(materials.language)
        counts: dict[str, Counter[str]] = {}
        for document in materials.gold:
            for token in label_tokens(document):
                if self._is_replaceable(token) and len(tokenize(token.text)) == 1:
                    counts.setdefault(token.label, Counter())[token.text] += 1
        self._unigrams: dict[str, tuple[list[str], list[float]]] = {}
        for label, counter in counts.items():
            words = sorted(counter)
            self._unigrams[label] = (
                words,
                list(accumulate(counter[word] ** options.power for word in words)),
            )

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        edits = []
        for token in label_tokens(document):
            drawn = rng.random() < self.options.p
            if drawn and token.label in self._unigrams and self._is_replaceable(token):
                words, cumulated = self._unigrams[token.label]
                word = rng.choices(words, cum_weights=cumulated)[0]
                edits.append(Edit(token.start, token.end, word))
        made = apply_to_tokens(document, edits)
        return [made_by(self.name, document, made, self.options, keeps="labels")]
        yield

    def _is_replaceable(self, token: LabelledToken) -> bool:
        if token.cut or not any(map(str.isalnum, token.text)):
            return False
        return token.text.rstrip("'’ʼ").lower() not in self._left
