"""Codings in and out: what coding programs save, and what they can open."""
