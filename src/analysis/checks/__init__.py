"""The checks that decide on the article's claims; importing this enters them all."""

from analysis.checks import evidence, numbers, readings

__all__ = ["evidence", "numbers", "readings"]
