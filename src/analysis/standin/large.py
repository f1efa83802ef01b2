"""A stand-in for a frame of millions of posts: as large as asked for, the same bytes for the same seed.

It is made for trying how far a machine goes. Every number is made up by hashing its place, so that the database can
make any part of it on any core, and every row says what it is.
"""

from pathlib import Path

from analysis.database import quoted
from analysis.errors import StudyError
from analysis.frame_files import database, writing
from analysis.standin.accounts import SOURCE

SEARCHES = 10
# Multipliers of Lehmer's generator (Fishman and Moore 1986), and the prime that it counts by.
MIXED = """
    CREATE MACRO scattered(number) AS number::BIGINT * 62089911 % 2147483647;
    CREATE MACRO mixed(place, salt) AS
        scattered(xor(scattered((place * 742938285 + salt::BIGINT * 950706376) % 2147483647), salt)
            * 1226874159 % 2147483647);
    CREATE MACRO chance(place, salt) AS mixed(place, salt) / 2147483647.0::DOUBLE
"""
# January 2025: posts come in fast and thin out; likes and comments have heavy tails, and go together.
POSTS = """
    SELECT
        printf('%08x%08x%08x', 1736726400 + late, mixed(place, 1), place) AS post_id,
        printf('%08x%08x%08x', 1500000000 + mixed(creator, 2) % 230000000, mixed(creator, 3), creator) AS creator_id,
        to_timestamp(1736726400 + late) AS published_at,
        printf('search %d', 1 + place % {searches}) AS query,
        CASE WHEN found < 0.9 THEN 1 + CAST(floor(prominence * 1000) AS BIGINT) END AS search_rank,
        CAST(floor((1 - prominence * 0.5) * 3 / (1.0001 - noticed)) AS BIGINT) AS likes,
        CAST(floor((1 - prominence * 0.5) * 12 / (1.0001 - noticed * discussed)) AS BIGINT) AS comments_count,
        CASE WHEN worded < 0.04 THEN NULL WHEN worded < 0.4 THEN 1.0 WHEN worded < 0.7 THEN 0.0
            ELSE round((worded - 0.7) / 0.3, 3) END AS newcomer_share,
        CAST(floor((1 - prominence * 0.5) * discussed * discussed * 6) AS BIGINT) AS host_comments,
        CAST(floor(discussed * answered * 4) AS BIGINT) AS creator_replies,
        {source} AS source
    FROM (
        SELECT place, mixed(CAST(floor({creators} * pow(chance(place, {seed} + 1), 4)) AS BIGINT), 4) AS creator,
            CAST(floor(1500000 * chance(place, {seed} + 3) * chance(place, {seed} + 4)) AS BIGINT) AS late,
            chance(place, {seed} + 5) AS found, chance(place, {seed} + 6) AS prominence,
            chance(place, {seed} + 7) AS noticed, chance(place, {seed} + 8) AS discussed,
            chance(place, {seed} + 9) AS worded, chance(place, {seed} + 10) AS answered
        FROM (SELECT range AS place FROM range({posts}))
    )
"""


def write_frame(path: Path, posts: int, seed: int) -> None:
    """Write a frame of so many made-up posts as Parquet, with the measures of the criteria, and move it into place.

    Raises `StudyError` for no posts, and `TableError` where there is no room for them.
    """
    if posts < 1:
        raise StudyError(f"--posts: found {posts}; expected how many posts the frame is to have, from 1.")
    # Salts of two seeds must not meet.
    asked = POSTS.format(
        posts=posts, creators=max(1, posts // 3), seed=seed * 16, source=quoted(SOURCE), searches=SEARCHES
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        with database(str(path)) as db:
            db.execute(MIXED)
            # In the order of their places, or the file would depend on which core was the faster.
            db.execute("SET preserve_insertion_order = true")
            with writing(path, "name another --out"):
                db.execute(f"COPY ({asked}) TO {quoted(str(beside))} (FORMAT parquet, COMPRESSION zstd)")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
