"""The dashboard: Streamlit on the tables of GOLD."""
