"""The command line: ``tealform policy``, ``tealform plan dev``, …."""
