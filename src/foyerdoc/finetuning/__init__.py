"""Training adapters on labelled documents and conversations."""
