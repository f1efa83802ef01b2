"""Tables into figures: a module for each step, and one look for all."""
