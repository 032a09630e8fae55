"""Which settings cause which quality: designed experiments, and what may be concluded from them."""
