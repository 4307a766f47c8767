"""Puts what a pull request's check has found where GitHub shows it: one comment, and the alerts of code scanning.

It runs with the right to write, and what it is given was made by the pull request: it is read as data, and nothing in
it is run, extracted or believed. Python's own library and ``gh`` are all that it needs, so that nothing is installed.
"""
