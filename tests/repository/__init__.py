"""The repository itself: no server, no Meltano."""
