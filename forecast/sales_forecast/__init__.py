"""Forecasts of the network's sales, from GOLD to GOLD."""
