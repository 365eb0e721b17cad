"""Reads Runs and nothing else: one page, one summary, one comparison."""
