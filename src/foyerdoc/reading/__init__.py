"""Files in, documents out: `read`."""
