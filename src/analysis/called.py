"""What each decision is called where readers meet it, in figures, tables and sentences."""

# With its value after it.
CALLED = {
    "side_by": "sides told by",
    "engagement_by": "prominence by",
    "search_rank_at_most": "search place at most",
    "likes_top_share": "top share by likes",
    "newcomer_share_at_least": "newcomers' language at least",
    "min_comments": "comments at least",
    "min_host_comments": "host comments at least",
    "min_creator_replies": "creator's replies at least",
    "posts_wanted": "posts at most",
    "creators_wanted": "creators at most",
    "per_creator_at_most": "posts per creator at most",
    "sample_seed": "seed of the draw",
    "token_unit": "words counted by",
    "coding_unit": "unit that codings are counted on",
    "asking_codes": "codes for asking",
    "explaining_codes": "codes for explaining",
    "base_items": "posts in the base of the saturation rule",
    "run_items": "posts in each run of the saturation rule",
    "new_information_at_most": "new codes at saturation, at most",
    "coverage_wanted": "coverage wanted",
    "orders": "reading orders tried",
    "order_seed": "seed of the reading orders",
    "replicates": "resamples for an interval",
    "confidence": "confidence of intervals",
    "resample_seed": "seed of the resampling",
    "agreement_round": "round in which agreement is measured",
    "same_span": "taken as the same span",
    "intervals_by": "intervals by resampling",
    "robustness": "values tried for robustness",
}


def called_alone(decision: str) -> str:
    """What a decision is about, without a value.

    >>> called_alone("min_host_comments"), called_alone("token_unit")
    ('host comments', 'words counted by')
    """
    return CALLED[decision].removesuffix(" at least").removesuffix(" at most").removesuffix(",")
