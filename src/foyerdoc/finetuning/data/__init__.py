"""Labelled documents and conversations: from files and back, and which of them stand twice."""
