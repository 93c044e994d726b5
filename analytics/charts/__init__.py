"""Frames in, figures out; no Streamlit, no choice of language: every text comes through a `Say`."""
