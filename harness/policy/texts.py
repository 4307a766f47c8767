"""Placeholder until texts are scanned."""
