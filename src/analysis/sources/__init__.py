"""Captures in: a module for each kind of file, each giving canonical tables."""
