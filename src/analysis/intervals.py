"""How far a recorded value may lie from what it stands for: the interval of a share, and of what number it is one.

A count of what was captured has no interval: nothing was drawn.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis import exchange
from analysis.computable import NotComputable
from analysis.results import written
from analysis.study import Study

# Shares that a count recorded beside them is the whole of.
WHOLE = {
    "exchange_threads_both_share": "exchange_threads",
    "exchange_reciprocal_share": "exchange_pairs",
    "frame_posts_with_hashtags": "corpus_posts",
    "agreement_same_set": "agreement_units",
}
OF_POSTS = ("corpus_share_newcomer_language", "corpus_share_host_language", "corpus_share_mixed")
OF_REPLIES = "exchange_across_share"
# Recorded with both ends by the notebook that resampled for them.
RESAMPLED = ("agreement_alpha_sets", "saturation_chao2", "saturation_coverage")


@dataclass(frozen=True)
class Interval:
    """Where a value may lie, and of how many things it is a share."""

    low: float
    high: float
    number: int | None = None
    things: str = ""

    def holds(self, value: float) -> bool:
        """Whether a value lies inside."""
        return self.low <= value <= self.high

    def told(self, unit: str) -> str:
        """The interval in words.

        >>> Interval(0.2553, 0.3662, 263, "replies").told("share")
        '25.5 % to 36.6 % of 263 replies'
        """
        digits = 1 if unit == "share" else 2
        ends = f"{written(self.low, unit, digits)} to {written(self.high, unit, digits)}"
        return f"{ends} of {self.number:,} {self.things}" if self.number else ends


def intervals_of(study: Study) -> dict[str, Interval]:
    """The interval of every recorded value that has one: Wilson's for shares, else the one that was recorded."""
    values = {name: value for name, value in study.values().items() if not value["missing"]}
    level = study.decide("confidence")
    shares = {name: (number, things) for name, number, things in _wholes(study, values) if name in values and number}
    found = {name: _wilson(values[name]["value"], *whole, level) for name, whole in shares.items()}
    ends = {name: [values.get(f"{name}_{end}") for end in ("low", "high")] for name in RESAMPLED if name in values}
    resampled = {name: Interval(low["value"], high["value"]) for name, (low, high) in ends.items() if low and high}
    return found | resampled


def _wholes(study: Study, values: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, int, str]]:
    """Each share with the number of things that it is a share of."""
    for name, whole in WHOLE.items():
        if whole in values:
            yield name, int(values[whole]["value"]), values[whole]["unit"]
    languages = study.result("02-corpus-languages")
    if not isinstance(languages, NotComputable):
        with_words = languages.query("table == 'posts' and language != 'none'")["rows"].sum()
        for name in OF_POSTS:
            yield name, int(with_words), "posts"
    directions = study.result("04-exchange-directions")
    if not isinstance(directions, NotComputable):
        yield OF_REPLIES, int(directions["replies"].sum()), "replies"


def _wilson(share: float, number: int, things: str, confidence: float) -> Interval:
    found = exchange.interval(round(share * number), number, confidence)
    return Interval(found["low"], found["high"], number, things)
