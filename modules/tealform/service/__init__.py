"""The platform that services run on, and each service."""
