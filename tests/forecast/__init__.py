"""Forecasts, from GOLD into GOLD."""
