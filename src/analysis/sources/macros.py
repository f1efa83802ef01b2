"""What readers of every format need in a query: times, accounts and hashtags out of captured texts.

The rules are those of `times.py` and `mapped.py`, written once more for the engine in which captures are read.
"""

from analysis.database import Connection

# The engine's \s knows no wide or typographic space, which Python's does.
_SPACES = r"\s\x0B\x1C-\x1F\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"
_BLANKS = " \t\r\n\xa0\u3000\ufeff"
_AROUND = " #＃\t\r\xa0\u3000"
_TOPIC = r"#([^#\[\]\n]+)\[话题\]"
_TAG = rf"[#＃]([^{_SPACES}#＃\[\],.;:!?，。；：！？]+)"
_ZONED = r"\d[T ]\s*\d\d.*(?:Z|[+-]\d\d(?::?\d\d)?)\s*$"
# The last second of the year 9999; what is later is no time.
_LATEST = 253_402_300_799

_MACROS = (
    # Missing for a blank text, else the text as it is.
    f"blank_to_null(words) AS CASE WHEN regexp_matches(words, '[^{_SPACES}]') THEN words END",
    f"trimmed(words) AS trim(words, '{_BLANKS}')",
    f"""at_second(second) AS
        CASE WHEN second BETWEEN 1 AND {_LATEST} THEN make_timestamp(second::BIGINT * 1000000) END""",
    # The time of Unix seconds or milliseconds written as a text, to the second; missing when there is none.
    "from_s(digits) AS at_second(floor(TRY_CAST(trimmed(digits) AS DOUBLE)))",
    "from_ms(digits) AS at_second(floor(TRY_CAST(trimmed(digits) AS DOUBLE) / 1000))",
    f"""iso_time(written, ahead) AS
        CASE WHEN regexp_matches(written, '{_ZONED}') THEN TRY_CAST(written AS TIMESTAMPTZ)::TIMESTAMP
             ELSE TRY_CAST(written AS TIMESTAMP) - to_seconds(ahead * 3600) END""",
    # A written time in UTC, by a strptime format or 'ISO8601'; one that names its own zone needs no offset.
    """local_time(written, form, ahead) AS
        CASE WHEN form = 'ISO8601' THEN iso_time(trimmed(written), ahead)
             WHEN contains(form, '%z') OR form LIKE '%Z' THEN try_strptime(trimmed(written), form)::TIMESTAMP
             ELSE try_strptime(trimmed(written), form)::TIMESTAMP - to_seconds(ahead * 3600) END""",
    "decoded(written) AS coalesce(TRY(url_decode(written)), written)",
    # What was searched for, out of the address of a search; the platform's own site encodes it twice.
    """searched_for(address) AS CASE WHEN contains(address, 'keyword=') THEN nullif(trim(decoded(decoded(
        replace(regexp_extract(address, '[?&]keyword=([^&#]+)', 1), '+', '%20')))), '') END""",
    # An account as one capturing tool writes it from 2026-07 on, so that captures of all tools give the same.
    "account_key(user_id) AS left(sha256(nullif(trimmed(user_id), '')), 16)",
    # The time in an identifier of 24 hexadecimal digits, whose first eight are Unix seconds.
    """id_time(identifier) AS
        CASE WHEN regexp_full_match(identifier, '[0-9a-f]{24}')
             THEN at_second(TRY_CAST('0x' || left(identifier, 8) AS BIGINT)) END""",
    # Tags separated by spaces, without doubles however they are capitalised; a space inside a tag becomes a low line.
    f"""trimmed_tags(tags) AS list_filter(
        list_transform(tags, lambda tag: regexp_replace(trim(tag, '{_AROUND}'), '[{_SPACES}]+', '_', 'g')),
        lambda tag: tag <> '')""",
    """first_tags(tags, folded) AS nullif(array_to_string(
        list_filter(tags, lambda tag, place: list_position(folded, lower(tag)) = place), ' '), '')""",
    """cleaned_tags(tags) AS list_transform([trimmed_tags(tags)],
        lambda kept: first_tags(kept, list_transform(kept, lambda tag: lower(tag))))[1]""",
    # Most tags are clean and stand once, which costs less to see than to bring about.
    f"""joined_tags(tags) AS
        CASE WHEN NOT regexp_matches(array_to_string(tags, ','), '[{_SPACES}#＃]|^,|,,|,$')
                  AND list_unique(list_transform(tags, lambda tag: lower(tag))) = len(tags)
             THEN nullif(array_to_string(tags, ' '), '') ELSE cleaned_tags(tags) END""",
    # A list is worked out once when it is handed to a function, but as often as a macro names it.
    "joined_once(tags) AS list_transform([tags], lambda found: joined_tags(found))[1]",
    f"""plain_tags(words) AS
        list_filter(regexp_extract_all(words, '{_TAG}', 1), lambda tag: regexp_matches(tag, '\\p{{L}}'))""",
    # The hashtags of a text: those that the platform marked, else those that only bear the sign.
    f"""tags_in(words) AS
        CASE WHEN contains(words, '[话题]') AND regexp_matches(words, '{_TOPIC}')
             THEN joined_once(regexp_extract_all(words, '{_TOPIC}', 1))
             WHEN contains(words, '#') OR contains(words, '＃') THEN joined_once(plain_tags(words)) END""",
)


def define(db: Connection) -> None:
    """Give a database the macros that queries of readers use; it may have them already."""
    for macro in _MACROS:
        db.execute(f"CREATE OR REPLACE MACRO {macro}")
