"""Promises of one's own, and scripts that play them."""
