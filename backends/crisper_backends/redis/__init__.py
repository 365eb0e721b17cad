"""Everything that is known here about Redis."""
