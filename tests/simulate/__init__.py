"""Promises about chance, held against simulated companies."""
