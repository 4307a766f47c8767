"""How the comment of a pull request is known again."""

MARKER = "<!-- cutover:pr-check -->"
"""The first line of it."""
