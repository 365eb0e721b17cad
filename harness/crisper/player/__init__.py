"""Acting: one process per contestant, four lanes, and a watchdog over every playing."""
