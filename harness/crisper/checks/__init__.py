"""Judging: pure functions from a History to a Finding, which know no server and no name."""
