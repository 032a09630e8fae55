"""Language models: the protocol, the local and the remote backend, the two embedded models."""
