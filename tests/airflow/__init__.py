"""Airflow, run as `make airflow` does."""
