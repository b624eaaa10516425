"""MeltanoLabs' tap-postgres with exact decimals and a checked selection."""
