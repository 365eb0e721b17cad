"""The contestants and their servers, one folder a vendor: the only vendor code in the tree."""
