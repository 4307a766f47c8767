"""What a pull request changes and risks, for any CI: ``tealform review --base origin/main``."""
