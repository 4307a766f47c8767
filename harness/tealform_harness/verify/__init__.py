"""Proves what was generated, with everything that this machine has, before a cloud sees it."""
