"""The posts of the stand-in frame: who publishes when about what, how far up it is found, and what it says."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import schema
from analysis.errors import StudyError
from analysis.language import language_of, wording
from analysis.standin.accounts import SOURCE, Account, People, identifiers
from analysis.standin.margins import Margins, share_out
from analysis.standin.phrases import Context, Dice, Opening, Said, material, say

# The newcomers came from the thirteenth of the month on, most of them within a week; all of it shapes the frame only.
FIRST_DAY, PEAK_DAYS, PEAK_SHARE = 13, 8, 0.86
DAY = 86_400
# How far below the cut-off the search results were read: some posts must be found too far down.
DEPTH = 1.75
# Anchors stay above this share of the cut-off; each regular's best post is found in the upper part of that.
SURELY, LEADS_WITHIN = 0.87, 0.55
# What happens under a post: an exchange with its creator, comments without one, or hardly anything.
KINDS = ("exchange", "one-sided", "quiet")
SHARES = {"regular": (0.5, 0.25, 0.25), "n": (0.34, 0.36, 0.3), "h": (0.45, 0.3, 0.25)}
# Logarithmic mean and spread of the comments that the platform promises.
COMMENTS = {"anchor": (4.5, 1.3), "exchange": (3.6, 1.3), "one-sided": (3.3, 1.2), "quiet": (1.3, 0.9)}
MOST_COMMENTS = 20_000
# Shares of newcomers' posts: with a gloss in the other language, in that language only, without words.
GLOSSED, IN_HOST_LANGUAGE, WORDLESS = 0.5, 0.08, 0.04
TEN_THOUSAND = 10_000


@dataclass(frozen=True)
class Plan:
    """What is decided about each post before a word of it is written; one entry a post, by time of publishing."""

    authors: list[Account]
    anchors: NDArray[np.bool_]
    kinds: NDArray[np.str_]
    published: NDArray[np.int64]
    collected: NDArray[np.int64]
    queries: NDArray[np.str_]
    ranks: NDArray[np.int64]
    comments: NDArray[np.int64]
    topics: list[str]


@dataclass(frozen=True)
class Frame:
    """The posts as a table, what the parts of each say, and what the comments under it go on from."""

    posts: pd.DataFrame
    said: list[Said]
    contexts: list[Context]
    plan: Plan


def make_posts(margins: Margins, people: People, frame_posts: int, generator: np.random.Generator) -> Frame:
    """Make the posts of the frame, in order of publishing."""
    plan = _plan(margins, people, frame_posts, generator)
    dice = Dice(generator)
    contexts = [Context(dice, dict(author.rows)) for author in plan.authors]
    written = [_write(plan, place, context, dice) for place, context in enumerate(contexts)]
    posts = pd.DataFrame({
        "post_id": identifiers(plan.published, generator),
        "creator_id": [author.creator_id for author in plan.authors],
        "title": [title or None for title, _, _ in written],
        "text": [said.text or None for _, said, _ in written],
        "hashtags": [" ".join(tags) for _, _, tags in written],
        "published_at": _times(plan.published),
        "published_from": "captured",
        "collected_at": _times(plan.collected),
        **_counts(plan, generator),
        "search_rank": plan.ranks.astype(str),
        "query": plan.queries,
        "media": generator.choice(["image", "video"], size=frame_posts, p=[0.6, 0.4]),
        "place": None,
        "images": None,
        "url": None,
        "source": SOURCE,
    })  # fmt: skip
    posts["language"] = language_of(wording(posts), margins.sides)
    return Frame(schema.typed(posts, "posts"), [said for _, said, _ in written], contexts, plan)


def first_second(margins: Margins) -> int:
    """The Unix time at which the first posts may be published."""
    return int(margins.month.timestamp()) + (FIRST_DAY - 1) * DAY


def last_second(margins: Margins) -> int:
    """The Unix time at which the month of collection ends."""
    return int((margins.month + pd.offsets.MonthBegin(1)).timestamp()) - 1


def count_shown(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[str]]:
    """Counts as the platform shows them, and the number that can be read off: from ten thousand up rounded.

    >>> count_shown(np.array([9999, 17234]))
    (array([ 9999, 17000]), ['9999', '1.7万'])
    """
    tenths = counts // (TEN_THOUSAND // 10)
    large = counts >= TEN_THOUSAND
    shown = [
        f"{tenth // 10}.{tenth % 10}万".replace(".0", "") if is_large else str(count)
        for count, tenth, is_large in zip(counts.tolist(), tenths.tolist(), large.tolist(), strict=True)
    ]
    return np.where(large, tenths * (TEN_THOUSAND // 10), counts), shown


def _plan(margins: Margins, people: People, frame_posts: int, generator: np.random.Generator) -> Plan:
    authors, anchors = _authors(margins, people, frame_posts, generator)
    regular = np.isin([author.creator_id for author in authors], [one.creator_id for one in people.regulars])
    sides = np.array([author.side for author in authors])
    kinds = _kinds(anchors, regular, sides, generator)
    published, collected = _published(margins, frame_posts, generator)
    within = _anchors_within(margins, int(anchors.sum()), frame_posts)
    prominence = _prominence(authors, anchors, (kinds == "exchange") & ~regular, within, generator)
    queries, ranks = _found(margins, prominence, generator)
    comments = _promised(kinds, anchors, margins.decisions["min_comments"], generator)
    names = list(material().topics)
    topics = [names[int(len(names) * draw**1.1)] for draw in generator.random(frame_posts)]
    return Plan(authors, anchors, kinds, published, collected, queries, ranks, comments, topics)


def _authors(
    margins: Margins, people: People, frame_posts: int, generator: np.random.Generator
) -> tuple[list[Account], NDArray[np.bool_]]:
    """Who publishes each post, and which posts are anchors: made to meet every criterion."""
    sure = [account for account in people.regulars for _ in range(margins.per_creator)]
    rest = frame_posts - len(sure) - len(people.occasional)
    if rest < 0:
        raise StudyError(
            f"A frame of {frame_posts} posts is too small for a sample of {margins.posts}; "
            f"expected {len(sure) + len(people.occasional)} at least. Ask for a larger frame."
        )
    often, now_and_then = round(0.35 * rest), rest - round(0.35 * rest)
    more = [people.regulars[int(i)] for i in generator.integers(len(people.regulars), size=often)]
    skewed = (len(people.occasional) * generator.random(now_and_then) ** 1.6).astype(np.int64)
    shuffled = generator.permutation(len(people.occasional))
    others = [*people.occasional, *(people.occasional[int(shuffled[i])] for i in skewed)]
    authors = [*sure, *more, *others]
    order = generator.permutation(frame_posts)
    return [authors[int(place)] for place in order], order < len(sure)


def _kinds(
    anchors: NDArray[np.bool_], regular: NDArray[np.bool_], sides: NDArray[np.str_], generator: np.random.Generator
) -> NDArray[np.str_]:
    drawn = {who: generator.choice(KINDS, size=len(anchors), p=shares) for who, shares in SHARES.items()}
    return np.select([anchors, regular, sides == "n"], ["exchange", drawn["regular"], drawn["n"]], drawn["h"])


def _published(
    margins: Margins, count: int, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When each post was published and captured: the earlier, the more, and all within the month."""
    first, last = first_second(margins), last_second(margins)
    peak = generator.random(count) < PEAK_SHARE
    early = PEAK_DAYS * DAY * generator.random(count) ** 1.6
    late = PEAK_DAYS * DAY + generator.random(count) * (last - first - (PEAK_DAYS + 0.6) * DAY)
    published = np.sort(first + np.where(peak, early, late).astype(np.int64))
    waited = (DAY * (0.4 + 5 * generator.random(count))).astype(np.int64)
    return published, np.minimum(published + waited, last - 7200)


def _prominence(
    authors: list[Account],
    anchors: NDArray[np.bool_],
    below: NDArray[np.bool_],
    within: float,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """How far up each post is found, 0 first: each regular leads with one anchor, occasional exchanges stay below."""
    draw = generator.random(len(authors))
    seen: set[str] = set()
    leads = np.zeros(len(authors), dtype=bool)
    for place in np.flatnonzero(anchors):
        leads[place] = authors[place].creator_id not in seen
        seen.add(authors[place].creator_id)
    scaled = [LEADS_WITHIN * within * draw, within * draw, within + (1 - within) * draw]
    return np.asarray(np.select([leads, anchors, below], scaled, draw))


def _depth(margins: Margins, count: int) -> float:
    """Down to which place each search was read: well below the cut-off, and deep enough for all posts found."""
    return max(DEPTH * float(margins.decisions["search_rank_at_most"]), 1.1 * count * max(margins.hashtags.values()))


def _anchors_within(margins: Margins, anchors: int, count: int) -> float:
    """The prominence that keeps every anchor above the cut-off, with room for the chance of the draw."""
    above = SURELY * float(margins.decisions["search_rank_at_most"]) / _depth(margins, count) * count
    return max(above - anchors, 1.0) / max(count - anchors, 1)


def _found(
    margins: Margins, prominence: NDArray[np.float64], generator: np.random.Generator
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Which hashtag each post was found under, in the published proportions, and its place among the results."""
    count = len(prominence)
    sizes = share_out(count, np.array(list(margins.hashtags.values())))
    # Each hashtag takes posts at even steps down the list, so that its results are as prominent as any other's.
    steps = np.concatenate([(np.arange(size) + generator.random()) / size for size in sizes])
    dealt = np.repeat(np.arange(len(sizes)), sizes)[np.argsort(steps, kind="stable")]
    place = np.concatenate([np.arange(size) for size in sizes])[np.argsort(steps, kind="stable")]
    ranks = 1 + np.floor((place + 0.5) * _depth(margins, count) / sizes[dealt]).astype(np.int64)
    back = np.argsort(np.argsort(prominence, kind="stable"), kind="stable")
    return np.array(list(margins.hashtags))[dealt][back], ranks[back]


def _promised(
    kinds: NDArray[np.str_], anchors: NDArray[np.bool_], at_least: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """How many comments the platform says each post has; the tail is heavy."""
    normal = generator.standard_normal(len(kinds))
    groups = np.where(anchors, "anchor", kinds)
    mean, spread = (np.array([COMMENTS[group][which] for group in groups]) for which in (0, 1))
    drawn = np.minimum(np.exp(mean + spread * normal), MOST_COMMENTS).astype(np.int64)
    few = np.minimum(drawn, max(at_least - 1, 0))
    return np.select([anchors, kinds == "quiet"], [np.maximum(drawn, at_least + drawn % 11), few], drawn)


def _counts(plan: Plan, generator: np.random.Generator) -> dict[str, object]:
    """Likes and the rest follow the comments, each with a scatter of its own."""
    count = len(plan.comments)
    base = plan.comments + 2
    true = {
        "likes": base * np.exp(1.7 + 1.1 * generator.standard_normal(count)),
        "collects": base * np.exp(-0.4 + 0.9 * generator.standard_normal(count)),
        "comments_count": plan.comments.astype(np.float64),
        "shares": base * np.exp(-1.5 + 1.0 * generator.standard_normal(count)),
    }
    columns: dict[str, object] = {}
    for name, numbers in true.items():
        columns[name], columns[f"{name}_captured"] = count_shown(numbers.astype(np.int64))
    return columns


def _write(plan: Plan, place: int, context: Context, dice: Dice) -> tuple[str, Said, list[str]]:
    """Write a post: its title, what it says, and its tags."""
    author, topic = plan.authors[place], material().topics[plan.topics[place]]
    opening = dice.pick(topic.openings[author.side])
    title, parts = _words(opening, author.side, context, dice, sure=bool(plan.anchors[place]))
    tags = _tags(str(plan.queries[place]), opening.act, dice)
    deliberate = "tags" if set(tags) & set(material().tags["learning"]) else ""
    parts.append((deliberate, "".join(f"#{tag}[话题]# " for tag in tags).rstrip()))
    return title, say(parts, offset=len(title) + 1), tags


def _words(
    opening: Opening, side: str, context: Context, dice: Dice, *, sure: bool
) -> tuple[str, list[tuple[str, str]]]:
    """The title and the parts of a post: in one language or two, at times in the other one or without words."""
    title, text, gloss = (context.fill(part) for part in (opening.title, opening.text, opening.gloss))
    text = text if dice.chance(0.7) else f"{text} {dice.pick(material().signs)}"
    draw = dice.generator.random()
    if side == "n" and not sure and draw < WORDLESS:
        return "", [("", dice.pick(material().signs))]
    if side == "n" and not sure and gloss and draw < WORDLESS + 2 * IN_HOST_LANGUAGE:
        return gloss.rstrip("。"), [(opening.act, gloss)]
    if gloss and dice.chance(GLOSSED) and not (sure and _outweighs(gloss, text)):
        return title, [(opening.act, text), ("both", gloss)]
    return title, [(opening.act, text)]


def _outweighs(gloss: str, text: str) -> bool:
    """Whether a gloss has almost as many words as the text; each Chinese character counts as one."""
    return len(gloss) > 0.6 * len(text.split())


def _tags(query: str, act: str, dice: Dice) -> list[str]:
    """A post's tags: the one it was found under and some more, with a learning purpose where the post has one."""
    wanted = "learning" if act in ("group", "mutual", "offers", "teacher", "tags") or dice.chance(0.08) else "any"
    more = dice.some(material().tags[wanted], int(dice.generator.integers(0, 4)))
    return [query, *(tag for tag in more if tag != query)]


def _times(seconds: NDArray[np.int64]) -> pd.Series:
    """Unix times as the texts that stand in a table."""
    return pd.Series(pd.to_datetime(seconds, unit="s", utc=True)).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
