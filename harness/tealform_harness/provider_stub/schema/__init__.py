"""The schema of the AWS provider, without the provider: rebuilt from the pinned CDKTF bindings.

How close it comes to the real one was measured: see ``tests/unit/provider_stub/test_schema.py``.
"""
