"""How the comment of a pull request is known again."""

MARKER = "<!-- tealform:pr-check -->"
"""The first line of it."""
