"""The steps of the study, from captured posts to checked claims, a module for each."""
