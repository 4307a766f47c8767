"""Publishes the findings of a pull request's check on GitHub: one comment, and the alerts of code scanning.

It may write, and the pull request made its input. So it reads the input as data, and runs, extracts and trusts nothing
in it. It needs Python's standard library and ``gh`` only.
"""
