"""Which services are carried on, and by what."""

from __future__ import annotations


def install() -> None:
    """Makes moto use what this package adds to its services; to be called before the first request. Idempotent.

    One line a service.
    """
