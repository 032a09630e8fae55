"""Made documents whose fields' places are known: what the general extraction adapter learns from."""
