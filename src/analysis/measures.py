"""Measures of posts that no column of a capture holds: the exchange under each, and its place by likes.

They are computed in the database, from tables of any size.
"""

from collections.abc import Collection

from analysis.database import Connection

NO_CREATORS = "the capture names no creators"
NO_COMMENTS = "the capture has no comments"
NO_SIDES = "the capture does not tell newcomers from hosts"
NO_REPLIES = "the capture has no replies"
# What a capture may tell of each post: the column that holds it, and what is said where none of them is filled.
CAPTURED = {
    "search_rank": ("search_rank", "the capture has no search ranks"),
    "likes_place": ("likes", "the capture has no likes"),
    "comments_count": ("comments_count", "the capture has no comment counts"),
}
MEASURES = ("search_rank", "likes_place", "newcomer_share", "comments_count", "host_comments", "creator_replies")
# Counts that may be lower bounds, and the measure that each gives.
BOUNDED = {"likes": "likes_place", "comments_count": "comments_count"}
# Posts, comments and accounts are tables of the database. A host who comments on a post of their own is no audience.
UNDER_EACH = """
    SELECT
        written.post_id,
        sum(CASE WHEN author.side = 'host' AND written.author_id IS DISTINCT FROM post.creator_id THEN 1 ELSE 0 END)
            AS by_hosts,
        sum(CASE WHEN written.author_id = post.creator_id AND answered.author_id <> post.creator_id
            AND asker.side = 'host' THEN 1 ELSE 0 END) AS to_hosts
    FROM comments AS written
    JOIN posts AS post ON post.post_id = written.post_id
    LEFT JOIN accounts AS author ON author.creator_id = written.author_id
    LEFT JOIN comments AS answered ON answered.comment_id = written.parent_comment_id
    LEFT JOIN accounts AS asker ON asker.creator_id = answered.author_id
    GROUP BY written.post_id
"""
# A post whose comments were not captured has no count, unless it has none to capture; and whose comments are the
# creator's own cannot be told where nobody knows the creator.
BY_CREATOR = (
    "CASE WHEN creator_id IS NULL THEN NULL WHEN {count} IS NULL AND comments_count = 0 THEN 0 ELSE {count} END"
)
HOST_COMMENTS, CREATOR_REPLIES = BY_CREATOR.format(count="by_hosts"), BY_CREATOR.format(count="to_hosts")
# The place is a share of all posts that have likes: 0.1 is the end of the first tenth. Equals share the best of theirs.
PLACES = """
    SELECT likes, (1 + coalesce(sum(posts) OVER (ORDER BY likes DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        0))::DOUBLE / sum(posts) OVER () AS likes_place
    FROM (SELECT likes, count(*) AS posts FROM {posts} WHERE likes IS NOT NULL GROUP BY likes)
"""


def exchange_absent(db: Connection) -> dict[str, str]:
    """For what reason the tables `posts`, `comments` and `accounts` do not tell the exchange under any post."""
    lacks = {
        NO_COMMENTS: not any_row(db, "comments"),
        NO_SIDES: not any_row(db, "accounts", "side IS NOT NULL"),
        NO_CREATORS: not any_row(db, "posts", "creator_id IS NOT NULL"),
        NO_REPLIES: not any_row(db, "comments", "parent_comment_id IS NOT NULL"),
    }
    asked = {
        "host_comments": (NO_COMMENTS, NO_SIDES, NO_CREATORS),
        "creator_replies": (NO_REPLIES, NO_CREATORS, NO_COMMENTS, NO_SIDES),
    }
    found = {name: [reason for reason in reasons if lacks[reason]] for name, reasons in asked.items()}
    return {name: reasons[0] for name, reasons in found.items() if reasons}


def captured_absent(db: Connection, columns: Collection[str]) -> dict[str, str]:
    """For what reason the table `posts`, which has these columns, does not tell what a capture may tell of a post."""
    return {
        measure: reason
        for measure, (column, reason) in CAPTURED.items()
        if column not in columns or not any_row(db, "posts", f"{column} IS NOT NULL")
    }


def measuring(columns: Collection[str], absent: Collection[str], *, exchange: bool, places: bool = True) -> str:
    """The query that measures each post of the table `posts`, which has these columns.

    `exchange` says that the tables `comments` and `accounts` are there; else the exchange is as the posts tell it.
    `places` asks for places by likes, for which all likes are counted first.
    """
    left_out = {*absent} if places else {*absent, "likes_place"}
    under = {"host_comments": HOST_COMMENTS, "creator_replies": CREATOR_REPLIES} if exchange else {}
    wanted = {name: under.get(name, name) for name in MEASURES if name not in left_out}
    wanted |= {f"{BOUNDED[name]}_is_bound": _bound(name, columns) for name in BOUNDED}
    listed = ", ".join(f"{expression} AS {name}" for name, expression in wanted.items())
    likes = f"LEFT JOIN ({PLACES.format(posts='posts')}) USING (likes)" if "likes_place" in wanted else ""
    comments = f"LEFT JOIN ({UNDER_EACH}) USING (post_id)" if under.keys() & wanted.keys() else ""
    return f"SELECT post_id, creator_id, {listed} FROM posts {likes} {comments}"  # noqa: S608


def _bound(count: str, columns: Collection[str]) -> str:
    """Whether a count was captured as so many and more."""
    if f"{count}_captured" not in columns:
        return f"coalesce({count}_is_bound, FALSE)" if f"{count}_is_bound" in columns else "FALSE"
    return f"coalesce(trim({count}_captured::STRING) LIKE '%+', FALSE)"


def any_row(db: Connection, table: str, condition: str = "TRUE") -> bool:
    """Whether a table has a row that meets a condition."""
    return bool(db.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1").fetchall())  # noqa: S608
