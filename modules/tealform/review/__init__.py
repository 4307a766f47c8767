"""What a pull request changes and risks, for any CI: ``make pr-check BASE=origin/main``."""
