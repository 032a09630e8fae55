"""The causal effects of settings that were assigned on purpose, and what may be concluded from them."""
