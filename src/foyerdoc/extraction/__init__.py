"""A schema's fields out of a document, each with the characters it came from: `Extractor`."""
