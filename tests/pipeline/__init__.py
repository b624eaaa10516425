"""The whole, as its users drive it."""
