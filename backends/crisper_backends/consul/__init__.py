"""Everything that is known here about Consul."""
