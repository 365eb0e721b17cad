"""The instrument: plays identical workloads against Celery result backends and judges what they did."""
