"""Faults at random while the source changes at random; then every row must be right."""
