"""The commenting areas of the stand-in frame: talks of the two sides or within one of them, and short reactions."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis import schema
from analysis.language import language_of
from analysis.standin.accounts import SOURCE, Account, People, identifiers
from analysis.standin.margins import Margins
from analysis.standin.phrases import Context, Dice, Row, Said, Turn, material, react, speak
from analysis.standin.posts import Frame, count_shown

# How many comments of a post were captured: logarithmic mean and spread, and the most.
CAPTURED = {"anchor": (2.95, 0.35), "exchange": (2.4, 0.5), "one-sided": (1.9, 0.6), "quiet": (0.9, 0.7)}
MOST_CAPTURED = 70
# Shares of what stands in a commenting area: short reactions, talk about another topic, a second answer to one comment.
REACTION, OTHER_TOPIC, CHIME = 0.15, 0.3, 0.15
# The share of talk within one side, and the hosts' part of it.
ASIDE, HOSTS_ASIDE = 0.27, 0.6
# How often somebody of the same side answers a short reaction, and a turn of a talk.
ECHO_REACTION, ECHO_TURN = 0.3, 0.12
# How often the post's creator joins in what the own side says.
CREATOR_JOINS = 0.2
# How often the post's creator, and the host who began, take the turn of their side.
CREATOR_SPEAKS, SAME_HOST = 0.8, 0.65
# How unevenly the audience comments, and after how many tries for each comment nothing new is left to say.
SKEW, TRIES = 1.5, 4
# What each host has of their own, and does not share with the post.
OF_EACH_HOST = ("city", "hostjob", "hostrent", "hostpet", "zhname")


@dataclass
class Comment:
    """A comment before it has an identifier: who wrote it, what it says, which one of its post it answers."""

    author: Account
    said: Said
    answers: int | None


@dataclass
class Area:
    """The commenting area of one post while it is written."""

    creator: Account
    kind: str
    topic: str
    people: People
    dice: Dice
    context: Context
    comments: list[Comment] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def add(self, author: Account, said: Said, answers: int | None = None) -> int:
        """Add a comment; its place in the area."""
        self.comments.append(Comment(author, said, answers))
        return len(self.comments) - 1

    def stranger(self, side: str, unlike: Account | None = None) -> Account:
        """Somebody of the audience, other than whom they answer; a few comment a lot."""
        found = self.dice.pick_early(self.people.audience[side], SKEW)
        while found is unlike:
            found = self.dice.pick_early(self.people.audience[side], SKEW)
        return found

    def meets(self, host_comments: int, creator_replies: int) -> bool:
        """Whether enough hosts comment and the creator answers a host often enough."""
        hosts = [comment.author.side == "h" for comment in self.comments]
        replies = sum(
            comment.author is self.creator and comment.answers is not None and hosts[comment.answers]
            for comment in self.comments
        )
        return sum(hosts) >= host_comments and replies >= creator_replies


@dataclass(frozen=True)
class Talk:
    """All comments as a table, and what the parts of each say."""

    comments: pd.DataFrame
    said: list[Said]


def make_comments(margins: Margins, people: People, frame: Frame, generator: np.random.Generator) -> Talk:
    """Write the comments under every post; the captured ones are at most as many as the platform promises."""
    dice = Dice(generator)
    asked = (margins.decisions["min_host_comments"], margins.decisions["min_creator_replies"])
    areas = [_area(frame, place, people, asked, dice) for place in range(len(frame.said))]
    sizes = [len(area.comments) for area in areas]
    written = [comment for area in areas for comment in area.comments]
    times = [time for place, area in enumerate(areas) for time in _times(frame, place, area, dice)]
    comment_ids = identifiers(np.array(times, dtype=np.int64), generator)
    likes, shown = count_shown(np.exp(0.4 + 1.5 * generator.standard_normal(len(written))).astype(np.int64))
    table = pd.DataFrame({
        "comment_id": comment_ids,
        "post_id": np.repeat(frame.posts["post_id"].to_numpy(), sizes),
        "parent_comment_id": list(_parents(areas, comment_ids)),
        "author_id": [comment.author.creator_id for comment in written],
        "text": [comment.said.text for comment in written],
        "likes": likes,
        "likes_captured": shown,
        "replies_count": None,
        "replies_count_captured": None,
        "place": None,
        "created_at": pd.Series(pd.to_datetime(times, unit="s", utc=True)).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": SOURCE,
    })  # fmt: skip
    table["language"] = language_of(table["text"], margins.sides)
    return Talk(schema.typed(table, "comments"), [comment.said for comment in written])


def _area(frame: Frame, place: int, people: People, asked: tuple[int, int], dice: Dice) -> Area:
    """Write one commenting area."""
    plan = frame.plan
    anchor, kind = bool(plan.anchors[place]), str(plan.kinds[place])
    mean, spread = CAPTURED["anchor" if anchor else kind]
    drawn = int(np.exp(mean + spread * dice.generator.standard_normal()))
    wanted = min(drawn, MOST_CAPTURED, int(plan.comments[place]))
    area = Area(plan.authors[place], kind, plan.topics[place], people, dice, frame.contexts[place])
    topics = _topics(area.topic, dice)
    while anchor and not area.meets(*asked):
        hold(area, *_opener(next(topics), dice), creator_answers=True)
    tries = 0
    while len(area.comments) < wanted and tries < TRIES * wanted:
        tries += 1
        _go_on(area, next(topics), room=wanted - len(area.comments))
    # A reaction in passing may have been one too many.
    del area.comments[int(plan.comments[place]) :]
    return area


def _topics(topic: str, dice: Dice) -> Iterator[str]:
    """The post's topic again and again, with another one now and then."""
    while True:
        yield dice.pick(material().anywhere) if dice.chance(OTHER_TOPIC) else topic


def _opener(topic: str, dice: Dice) -> tuple[str, tuple[Turn, ...]]:
    """A talk that a host begins and a newcomer answers."""
    talks = [talk for talk in material().topics[topic].talks if (talk[0].side, talk[1].side) == ("h", "n")]
    return topic, dice.pick(talks)


def _go_on(area: Area, topic: str, room: int) -> None:
    """Add a reaction, or as far as there is room a talk of the two sides or within one of them."""
    if area.dice.chance(REACTION):
        side = "h" if area.dice.chance(0.7) else "n"
        _echo(area, area.add(area.stranger(side), react(side, area.context, area.dice)), ECHO_REACTION)
    elif area.dice.chance(ASIDE):
        side = "h" if area.dice.chance(HOSTS_ASIDE) else "n"
        _talk_aside(area, area.dice.pick(material().asides[side])[:room])
    else:
        hold(area, topic, area.dice.pick(material().topics[topic].talks)[:room])


def hold(area: Area, topic: str, talk: tuple[Turn, ...], *, creator_answers: bool = False) -> None:
    """Let a talk take place: each turn answers the one before it."""
    context = Context(area.dice, _in_common(area, topic))
    speakers: dict[str, Account] = {}
    before: int | None = None
    speaker: Account | None = None
    for number, turn in enumerate(talk):
        said = speak(turn, context, area.dice, area.used)
        if said is None:
            return
        speaker = speakers[turn.side] = _speaker(area, turn, speakers, speaker, surely=creator_answers)
        before = area.add(speaker, said, before)
        _echo(area, before, ECHO_TURN)
        if number == 0 and len(talk) > 1 and area.dice.chance(CHIME):
            side = area.dice.pick(("h", "n"))
            area.add(area.stranger(side, speaker), react(side, context, area.dice), before)


def _talk_aside(area: Area, talk: tuple[Turn, ...]) -> None:
    """Let two people of one side take turns among themselves."""
    first = area.stranger(talk[0].side)
    speakers = (first, _fellow(area, first))
    context = Context(area.dice, dict(first.rows))
    before: int | None = None
    for number, turn in enumerate(talk):
        said = speak(turn, context, area.dice, area.used, tail=0)
        if said is None:
            return
        before = area.add(speakers[number % 2], said, before)


def _echo(area: Area, answers: int, share: float) -> None:
    """Let somebody of the same side answer such a share of comments."""
    if not area.dice.chance(share):
        return
    fellow = _fellow(area, area.comments[answers].author)
    echo = area.dice.pick(material().echoes[fellow.side])
    said = speak(echo, Context(area.dice, dict(fellow.rows)), area.dice, area.used, tail=0)
    if said is not None:
        area.add(fellow, said, answers)


def _fellow(area: Area, writer: Account) -> Account:
    """Somebody else of the writer's side, at times the post's creator."""
    may_join = area.creator.side == writer.side and area.creator is not writer and area.kind != "one-sided"
    joins = may_join and area.dice.chance(CREATOR_JOINS)
    return area.creator if joins else area.stranger(writer.side, writer)


def _in_common(area: Area, topic: str) -> dict[str, Row]:
    """What a talk takes over from the post: whatever its creator keeps, and on the post's topic mostly the rest."""
    kept = {name: row for name, row in area.context.rows.items() if name in area.creator.rows}
    if topic != area.topic or area.dice.chance(0.4):
        return kept
    return {name: row for name, row in area.context.rows.items() if name in kept or name not in OF_EACH_HOST}


def _speaker(
    area: Area, turn: Turn, speakers: dict[str, Account], answered: Account | None, *, surely: bool
) -> Account:
    """Who takes a turn: the post's creator if there is an exchange, whoever spoke before, or somebody else."""
    if answered is not None and answered.side == turn.side:
        return _fellow(area, answered)
    first = answered is None
    if turn.side == area.creator.side:
        # A creator answers more than begins; without an exchange the audience is left to itself.
        share = 0.0 if area.kind == "one-sided" else CREATOR_SPEAKS * (0.3 if first else 1)
        return area.creator if (surely and not first) or area.dice.chance(share) else area.stranger(turn.side)
    earlier = speakers.get(turn.side)
    return earlier if earlier and area.dice.chance(SAME_HOST) else area.stranger(turn.side)


def _times(frame: Frame, place: int, area: Area, dice: Dice) -> list[int]:
    """When each comment was written: after the post or the comment that it answers, before the capture."""
    start, end = int(frame.plan.published[place]), int(frame.plan.collected[place])
    firsts = sum(comment.answers is None for comment in area.comments)
    begun = iter(np.sort(dice.generator.random(firsts) ** 2.5 * 0.9))
    times: list[int] = []
    for comment in area.comments:
        if comment.answers is None:
            times.append(start + 30 + int(next(begun) * (end - start - 60)))
        else:
            asked = times[comment.answers]
            times.append(asked + 1 + int(dice.generator.random() ** 4 * 0.5 * max(end - asked - 1, 0)))
    return times


def _parents(areas: list[Area], comment_ids: list[str]) -> Iterator[str | None]:
    """The identifier of the comment that each comment answers."""
    before = 0
    for area in areas:
        for comment in area.comments:
            yield None if comment.answers is None else comment_ids[before + comment.answers]
        before += len(area.comments)
