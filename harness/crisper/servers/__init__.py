"""Disposable servers: found or made images, fixed loopback ports, and nothing left behind."""
