"""Measures of code-switching, on the tokens of texts, each tagged with its language.

Tokens of no language are left out beforehand. What a token is, a word or a character, changes every measure.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from analysis import schema

Tags = Sequence[str]


def code_mixing_index(tags: Tags) -> float:
    """Compute which percentage of the tokens is not in the text's main language; without tokens there is none (nan).

    CMI = 100 (1 − max w / (n − u)): w tokens of each language, n − u those of any. From 0, one language, towards 100.

    References
    ----------
    Das, A., & Gambäck, B. (2014). Identifying languages at the word level in code-mixed Indian social media text.
    Proceedings of the 11th International Conference on Natural Language Processing, 378-387.

    Examples
    --------
    A sentence of the package cs_metrics, its two language-independent tokens left out: 45.45.

    >>> round(code_mixing_index("en en hi hi hi hi en en en hi hi".split()), 2)
    45.45
    """
    return 100 * (1 - max(Counter(tags).values()) / len(tags)) if tags else np.nan


def multilingual_index(tags: Tags, languages: int) -> float:
    """Compute how evenly tokens are spread over so many languages: 0 for one alone, 1 for all alike.

    M = (1 − Σp²) / ((k − 1) Σp²), p the share of each of k languages. Without tokens there is none (nan).

    References
    ----------
    Barnett, R., Codó, E., Eppler, E., et al. (2000). The LIDES coding manual. International Journal of Bilingualism,
    4(2), 131-270.

    Examples
    --------
    The same sentence: .9836.

    >>> round(multilingual_index("en en hi hi hi hi en en en hi hi".split(), languages=2), 4)
    0.9836
    """
    if not tags:
        return np.nan
    squares = sum((count / len(tags)) ** 2 for count in Counter(tags).values())
    return (1 - squares) / ((languages - 1) * squares)


def integration_index(texts: Sequence[Tags]) -> float:
    """Compute the share of places between two tokens of a text at which the language switches; nan without any.

    References
    ----------
    Guzmán, G. A., Ricard, J., Serigos, J., Bullock, B. E., & Toribio, A. J. (2017). Metrics for modeling
    code-switching across corpora. Proceedings of Interspeech 2017, 67-71.

    Examples
    --------
    Three switches at ten places.

    >>> integration_index(["en en hi hi hi hi en en en hi hi".split()])
    0.3
    """
    places = sum(len(tags) - 1 for tags in texts if tags)
    switches = sum(len(spans(tags)) - 1 for tags in texts if tags)
    return switches / places if places else np.nan


def burstiness(lengths: Sequence[int]) -> float:
    """Compute how unevenly switches come, from how long each language is kept: (σ − m) / (σ + m).

    −1 where all spans are alike, 0 for switches at random, towards 1 for a few that come close together. σ is that of
    these spans and no estimate. A single span, which no switch ends, has none (nan).

    References
    ----------
    Goh, K.-I., & Barabási, A.-L. (2008). Burstiness and memory in complex systems. EPL, 81(4), 48002; taken to
    code-switching by Guzmán et al. (2017), as above.

    Examples
    --------
    >>> burstiness([2, 2, 2])
    -1.0
    >>> round(burstiness([2, 4, 3, 2]), 4)
    -0.5367
    """
    if len(lengths) <= 1:
        return np.nan
    mean, deviation = float(np.mean(lengths)), float(np.std(lengths))
    return (deviation - mean) / (deviation + mean)


def spans(tags: Tags) -> list[int]:
    """How long each run of tokens of one language is."""
    return [len(list(run)) for _, run in groupby(tags)]


def of_texts(texts: Sequence[Tags]) -> dict[str, float]:
    """The measures over several texts of the two sides' tokens: a switch is one within a text.

    The code-mixing index is the mean over texts. Burstiness is that of texts with a switch, because the spans of
    others end where the text does.
    """
    every = [tag for tags in texts for tag in tags]
    kept = [length for tags in texts if len(set(tags)) > 1 for length in spans(tags)]
    each = [code_mixing_index(tags) for tags in texts if tags]
    return {
        "cmi": float(np.mean(each)) if each else np.nan,
        "m_index": multilingual_index(every, len(schema.SIDES)),
        "i_index": integration_index(texts),
        "burstiness": burstiness(kept),
    }
