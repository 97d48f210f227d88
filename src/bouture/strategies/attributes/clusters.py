"""What gold texts are about: clusters of their words, described by their most telling ones; the same for the same gold."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import tokenize
from bouture.strategies.function_words import function_words

MOST = 12
"""Clusters at most; else the square root of half the number of documents (a rule of thumb: Mardia et al. 1979)."""
LEAST_DOCUMENTS = 8
"""Gold documents from which they are put into clusters."""
TERMS = 4
"""Words that describe a cluster."""
RARE, FREQUENT = 2, 0.2
"""Documents a word must occur in, and share of documents above which it tells nothing."""
LATENT = 20
"""Dimensions in which documents are compared."""
_WORD = re.compile(r"[^\W\d_][\w-]{2,}(?:['’]\w+)?")


def subjects(gold: Sequence[Document], language: str) -> tuple[str, ...]:
    """A description of each cluster, « feu, incendie, pompiers, maîtrisé », the largest cluster first.

    TF-IDF of the words (function words, numbers, words of one document or of more than a fifth of them,
    and the names that mentions hold aside: a subject that names « Zelensky » would put him into every
    text), 20 latent dimensions, k-means with a fixed seed. A cluster is described by the words whose
    mean weight exceeds most that in all of gold; a word describes the largest of its clusters only.
    Empty with fewer than 8 documents, or when they share too few words.
    """
    texts = [words for document in gold if (words := _words(document, language))]
    if len(texts) < LEAST_DOCUMENTS:
        return ()
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=list, min_df=RARE, max_df=FREQUENT, sublinear_tf=True)
    try:
        rows = vectorizer.fit_transform(texts)
    except ValueError:  # no word is left
        return ()
    clusters = _clusters(rows)
    sizes = np.bincount(clusters)
    names = vectorizer.get_feature_names_out()
    everywhere = np.asarray(rows.mean(axis=0))[0]
    described: list[str] = []
    used: set[str] = set()
    for cluster in sorted(range(len(sizes)), key=lambda c: (-int(sizes[c]), c)):
        excess = np.asarray(rows[clusters == cluster].mean(axis=0))[0] - everywhere
        order = np.argsort(-excess, kind="stable")
        terms = [str(names[i]) for i in order[: 4 * TERMS] if excess[i] > 0]
        fresh = [term for term in terms if term not in used][:TERMS]
        if fresh:
            used.update(fresh)
            described.append(", ".join(fresh))
    return tuple(described)


def _clusters(rows: Any) -> Any:
    """The number of the cluster of each row of a sparse matrix; every number has a row."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    count, words = rows.shape
    dense = rows.toarray() if words <= LATENT else None
    if dense is None:
        latent = TruncatedSVD(min(LATENT, count - 1), random_state=0).fit_transform(rows)
        dense = normalize(latent)
    different = len(np.unique(dense.round(6), axis=0))
    number = min(MOST, max(2, round((count / 2) ** 0.5)), different)
    found = KMeans(number, n_init=4, random_state=0).fit_predict(dense)
    return np.unique(found, return_inverse=True)[1]


def _words(document: Document, language: str) -> list[str]:
    """The content words of a text; names, which are capitalised within a mention, are none."""
    stop = function_words(language)
    covered = [mention.span for mention in document.mentions()]
    found = []
    for token in tokenize(document.text):
        said = document.mention_text(token)
        word = fold(said)
        if not _WORD.fullmatch(word) or word in stop:
            continue
        if said[0].isupper() and any(span.contains(token) for span in covered):
            continue
        found.append(word)
    return found
