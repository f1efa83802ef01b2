"""What may be shown of people who did not ask to be studied."""

from hashlib import sha256

import pandas as pd

# Whoever knows one of these finds the post or the account on its platform.
IDENTIFIERS = ("post_id", "comment_id", "parent_comment_id", "creator_id", "author_id")


def masked(identifiers: pd.Series) -> pd.Series:
    """Identifiers as digests, which lead to no post and no account; equal ones stay equal.

    >>> masked(pd.Series(["6785e350a276837fb0382e0a", None])).tolist()
    ['~a7365c1b7a43', nan]
    """
    return identifiers.map(lambda known: "~" + sha256(str(known).encode()).hexdigest()[:12], na_action="ignore")


def without_identifiers(table: pd.DataFrame) -> pd.DataFrame:
    """A table in which every identifier of a post, comment or account is masked."""
    return table.assign(**{name: masked(table[name]) for name in IDENTIFIERS if name in table})
