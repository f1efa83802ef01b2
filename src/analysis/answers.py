"""What each notebook will be able to answer with a study's data, before any of them runs.

Each question is put to the functions that the notebook itself asks, short of what takes long, so that the answer
here is the answer there. A question that cannot be answered says what is missing, and what would supply it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis import (
    agreement,
    claims,
    co_occurrence,
    coding,
    corpus,
    exchange,
    findings,
    frame,
    history,
    mixing,
    occurrence,
    recounted,
    redrawn,
    robustness,
    roles,
    sampling,
    saturation,
    shares,
    units,
    unseen,
)  # fmt: skip
from analysis.coded import Coded, coded_of
from analysis.computable import NotComputable
from analysis.criteria import measure_posts
from analysis.frames import file_of
from analysis.in_files import lie_in_files, stays_in_files
from analysis.language import are_told_apart
from analysis.sides import tell_sides
from analysis.study import Study

ANSWERS, PARTLY, CANNOT = "answers", "partly", "cannot"
# What would supply what is missing, by words of the reason; the first that fit are taken. A decision that would do,
# too, is told where it is not taken already.
SUPPLIES: tuple[tuple[str, ...], ...] = (
    ("no posts", "a capture of posts: compendium import"),
    ("stay in their files", "fewer posts, in the form of a capture: compendium import"),
    ("codings stand on pictures|codings stands on", "codings of the texts themselves, replies among them"),
    ("in the sample", "cut-offs that leave posts: compendium sample says how many each leaves"),
    ("no comment counts", "a format that gives the number of comments of each post"),
    ("comment", "a capture of the comments under these posts: compendium import"),
    ("has no creators|creators were imported", "a table of accounts, which some tools save beside the posts"),
    ("replies|reply", "a capture whose comments name the comment that they answer"),
    ("scripts", "sides whose languages are written in different scripts"),
    ("newcomers from hosts|side", "a table of creators with the side of each", "side_by: language"),
    ("search ranks", "a capture of search results in their order", "engagement_by: likes"),
    ("no likes|counts", "a format that gives likes and other counts"),
    ("times", "a format that gives the time of each post"),
    ("hashtag totals|no hashtags", "a table of hashtags with the totals that the platform shows"),
    ("hashtag", "posts with hashtags"),
    ("one post only|no post holds", "further posts, read and coded"),
    ("languages|words", "sides whose languages are written in different scripts"),
    ("creators|accounts", "a format that names the account of each post"),
    ("one coder|two coders|round", "a second coder who reads the same units"),
    ("readings|was read|were read", "a table of readings: who read which unit, in which order"),
    ("asking_codes|explaining_codes", "codes for it in the codebook, and their names under that decision in study.yml"),
    ("history|changes", "a table of changes to the codebook: who decided what, when and why"),
    ("screenshots", "a table of screenshots: which post and comments each shows"),
    ("codings|code", "tables of codings and readings: who gave which code to what; compendium import"),
    ("evidence|codebook", "a codebook and evidence, your own or from: the original's"),
    ("claims", "the original's claims: from: the original in study.yml"),
    ("combination|choice|values|sample", "other values under robustness, or more posts"),
)


@dataclass(frozen=True)
class Answer:
    """What a notebook will be able to answer: all, part or none of its questions, and what the others lack."""

    notebook: str
    verdict: str
    unanswered: Mapping[str, str]
    open_decisions: Collection[str] = ()

    @property
    def missing(self) -> list[str]:
        """Why questions stay unanswered, each reason once."""
        return list(dict.fromkeys(self.unanswered.values()))

    @property
    def supplied_by(self) -> list[str]:
        """What would answer them."""
        supplies = (supply_for(reason, self.open_decisions) for reason in self.missing)
        return list(dict.fromkeys(filter(None, supplies)))


class Material:
    """A study's tables as its notebooks take them, each made once; any may be `NotComputable`."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.decided = study.decided(**dict.fromkeys((*sampling.DECIDED, *recounted.DECIDED)))

    def table(self, name: str) -> Any:
        """A canonical table of the study."""
        return self.study.table(name)

    @cached_property
    def posts(self) -> Any:
        """The posts, each once."""
        return corpus.tidy(self.table("posts"), self.study.sides).rows

    @cached_property
    def comments(self) -> Any:
        """The comments under them, each once."""
        return corpus.tidy_comments(self.table("comments"), self.posts, self.study.sides).rows

    @cached_property
    def accounts(self) -> Any:
        """The accounts with their sides."""
        given = (self.table("creators"), self.posts, self.comments)
        return tell_sides(*given, self.decided["side_by"], self.study.sides)

    @cached_property
    def drawn(self) -> Any:
        """The sample."""
        if stays_in_files(self.posts):
            return sampling.draw_from(sampling.measure_study(self.study, self.decided), self.decided)
        if isinstance(self.posts, NotComputable):
            return self.posts
        unit = self.decided["token_unit"]
        measured = measure_posts(self.posts, self.comments, self.accounts, token_unit=unit, sides=self.study.sides)
        return sampling.draw_from(measured, self.decided)

    @cached_property
    def in_sample(self) -> Any:
        """The comments under the sample's posts."""
        return corpus.of_sample(self.comments, self.drawn.posts)

    @cached_property
    def coded(self) -> Coded:
        """What was coded and read, by unit."""
        return coded_of(self.study)


Asked = Iterator[tuple[str, Any]]


def answers(study: Study) -> list[Answer]:
    """For each notebook, how much of it the study's data answer."""
    material = Material(study)
    left = open_decisions(study)
    return [
        _answer(f"{number:02}-{word}", dict(ask(material)), left) for number, (word, ask) in enumerate(ASKED.items(), 1)
    ]


def supply_for(reason: str, open_decisions: Collection[str] = ()) -> str:
    """What would supply what a reason says is missing; nothing where nobody can say.

    >>> supply_for("the capture has no replies")
    'a capture whose comments name the comment that they answer'
    """
    for words, supply, *decisions in SUPPLIES:
        if re.search(words, reason):
            return ", or the decision ".join([supply, *(one for one in decisions if one in open_decisions)])
    return ""


def open_decisions(study: Study) -> set[str]:
    """The decisions that would do where something is missing, and that are not taken already."""
    decided = study.decided(side_by=None, engagement_by=None)
    others = set() if decided["engagement_by"] == "likes" else {"engagement_by: likes"}
    posts = file_of(study, "posts")
    # What was written is not read of posts that stay in their files.
    stay = posts is not None and lie_in_files(posts)
    by_language = decided["side_by"] != "language" and are_told_apart(study.sides) and not stay
    return others | ({"side_by: language"} if by_language else set())


def _answer(notebook: str, found: Mapping[str, Any], open_decisions: Collection[str]) -> Answer:
    lacking = {question: value.reason for question, value in found.items() if isinstance(value, NotComputable)}
    verdict = ANSWERS if not lacking else CANNOT if len(lacking) == len(found) else PARTLY
    return Answer(notebook, verdict, lacking, open_decisions)


def _frame(of: Material) -> Asked:
    yield "how large the conversation was under each hashtag", frame.recorded(of.table("hashtags"))
    yield "how many posts bear hashtags", frame.share_with_hashtags(of.posts)


def _corpus(of: Material) -> Asked:
    yield "how many posts", corpus.rows_of(of.posts)
    yield "by how many creators", corpus.distinct(of.posts, "creator_id", "the capture names no creators")
    yield "how many accounts", corpus.rows_of(of.table("creators"))
    yield "how many screenshots", corpus.rows_of(of.table("screenshots"))
    yield "how many comments", corpus.rows_of(of.comments)
    yield "how many replies", corpus.replies(of.comments)
    yield "how many comments were promised", corpus.promised(of.posts)
    yield "when they were published", corpus.per_day(of.posts)
    yield "in which languages", corpus.languages(of.posts, of.study.sides, "posts")
    yield "how much they are liked", corpus.median_of(of.posts, "likes")


def _sample(of: Material) -> Asked:
    yield "how many posts were captured", of.drawn
    for step in ("engagement", "language", "comments", "host_comments", "creator_replies", "creators"):
        yield f"which posts the step {step.replace('_', ' ')} keeps", of.drawn.kept_after(step)


def _exchange(of: Material) -> Asked:
    answered = exchange.answers(of.in_sample, of.accounts)
    directions = exchange.directions(answered)
    yield "who answers whom", directions
    yield "how many replies cross the border", exchange.across_share(directions)
    yield "in which threads both sides meet", exchange.threads(of.in_sample, of.accounts)
    yield "who answers each other", exchange.pairs(answered)
    level = of.study.decide("confidence")
    yield "who asks", exchange.who_asks(of.in_sample, of.accounts, level)
    texts = units.texts_of(of.coded.units, of.coded.corpus, of.accounts, of.coded.coding_unit, of.study.sides)
    for role, decision in roles.ROLES.items():
        seen = roles.acts(of.coded.standing, of.table("codebook"), of.study.decide(decision), role)
        yield f"who {role}, as coders saw it", roles.by_side(seen, texts, role, level)
        yield f"to whom one {role}", exchange.directions(roles.answering(answered, seen))
    yield "in whose language they answer", mixing.answered_in(answered, of.in_sample, of.study.sides)
    written = mixing.texts_of(corpus.of_sample(of.posts, of.drawn.posts), of.in_sample)
    yield "how far the languages mix", mixing.by_text(written, of.study.sides, of.decided["token_unit"])


def _coding(of: Material) -> Asked:
    codebook = coding.tree(of.coded.codebook_of(of.table("codebook")))
    yield "which codes there are", codebook
    yield "how often each code was given", coding.summary(of.coded.placed, of.coded.standing, codebook, of.coded.units)
    texts = units.texts_of(of.coded.units, of.coded.corpus, of.accounts, of.coded.coding_unit, of.study.sides)
    spoken = shares.told_of_texts(of.coded.standing, texts)
    yield "to whose words", occurrence.counts_by(spoken, codebook, "side")
    trail = history.trail(of.table("history"), of.coded.as_given, of.table("codebook"))
    yield "how the codebook changed", trail
    yield "in which round", occurrence.counts_by(of.coded.placed, codebook, "round")
    yield "which codes stand together", co_occurrence.co_occurrence(of.coded.standing, codebook, of.coded.units)


def _saturation(of: Material) -> Asked:
    order = saturation.posts_in_order(of.coded.readings)
    in_round = order["round"].max()
    codebook = of.coded.codebook_of(of.table("codebook"), in_round)
    found = saturation.codes_by_post(of.coded.in_round(in_round).placed, codebook, order, "code")
    accumulated = saturation.accumulation(found, codebook)
    sizes = of.study.decide("base_items"), of.study.decide("run_items")
    ratios = saturation.guest_ratios(accumulated["new_codes"], *sizes)
    yield "when new codes stopped", accumulated
    yield "how many codes are unseen", saturation.unseen(found)
    yield "how many posts to read on", unseen.further(found, "code", of.study.decide("coverage_wanted"))
    yield "where the rule would stop", saturation.stopping_point(ratios, of.study.decide("new_information_at_most"))


def _agreement(of: Material) -> Asked:
    judged = agreement.judged_by(of.coded, of.table("codebook"), "unit", of.decided["agreement_round"])
    yield "how far coders agree", judged
    yield "where they differ", agreement.disagreements(judged)


def _affordances(of: Material) -> Asked:
    codebook, evidence = of.table("codebook"), of.table("evidence")
    yield "how many patterns, themes and codes there are", findings.count_entries(codebook)
    yield "what the article shows for each theme", findings.evidence_by_theme(codebook, evidence)
    given = (of.coded.placed, of.coded.standing, codebook, of.coded.units)
    yield "how often coders gave each theme", coding.summary(*given)


def _robustness(of: Material) -> Asked:
    given = (of.posts, of.comments, of.table("creators"), of.study.sides)
    material = redrawn.material_of(of.study) if stays_in_files(of.posts) else redrawn.Material(*given)
    # The ends of what is tried show what can be computed; all combinations take as long as the notebook.
    ends = {name: values[:: max(1, len(values) - 1)] for name, values in of.decided["robustness"].items()}
    found = redrawn.every_combination(material, {**of.decided, "robustness": ends})
    yield "how many posts qualify under other choices", robustness.extreme(found, "posts_that_qualify", "min")
    yield "how many posts other choices draw", robustness.extreme(found, "posts_drawn", "min")
    yield "how other choices move the exchange", robustness.extreme(found, "share_with_both_sides", "min")
    moved = robustness.influence(found)
    yield "which choice moves most", robustness.most_moving(moved, found, "posts_that_qualify")
    # Counting by another unit and comparing spans take long, and are no question of their own.
    cheap = {**ends, **{name: [of.decided[name]] for name in ("coding_unit", "same_span") if name in ends}}
    recount = recounted.recount(of.coded, of.table("codebook"), {**of.decided, "robustness": cheap})
    counted = recounted.every_combination(recount)
    yield "when new codes stop under other choices", robustness.extreme(counted, "posts_to_stop", "min")
    yield "how far coders agree under other choices", robustness.extreme(counted, "alpha", "min")


def _claims(of: Material) -> Asked:
    article = claims.article_of(of.study)
    yield "which of the article's claims hold by its own tables", article.table("claims")
    yield "what it states of its sample", article.table("sample")


ASKED: Mapping[str, Callable[[Material], Asked]] = {
    "frame": _frame,
    "corpus": _corpus,
    "sample": _sample,
    "exchange": _exchange,
    "coding": _coding,
    "saturation": _saturation,
    "agreement": _agreement,
    "affordances": _affordances,
    "robustness": _robustness,
    "claims": _claims,
}
