"""What is counted: a file for each kind of gold, and for what all kinds have."""
