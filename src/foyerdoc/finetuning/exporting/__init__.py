"""Adapters taken elsewhere: merged, as GGUF, or for PEFT, behind a gate that compares answers."""
