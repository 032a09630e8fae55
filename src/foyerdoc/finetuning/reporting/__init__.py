"""What a training did, as numbers and as a page."""
