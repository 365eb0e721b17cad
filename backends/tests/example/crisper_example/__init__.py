"""What a package of one's own can bring: a backend, contestants on servers of theirs, scenarios."""
