"""What a pull request changes, and what speaks against it, for any CI: ``make pr-check BASE=origin/main``."""
