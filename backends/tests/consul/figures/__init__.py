"""What the bundled backend is to reach on real servers, measured against what it is compared with."""
