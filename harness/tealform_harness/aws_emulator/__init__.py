"""An emulated AWS on this machine: moto, and what it lacks for the real provider and for a release.

Each module here carries on one of moto's services in moto's own shape (a backend that holds the
state, a response that reads requests and answers), so that any of them could go upstream. It is no AWS:
nothing runs in it, and what it accepts AWS may still refuse.
"""
