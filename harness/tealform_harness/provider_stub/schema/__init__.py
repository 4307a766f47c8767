"""The schema of the AWS provider, without the provider: rebuilt from the pinned CDKTF bindings.

``tests/unit/provider_stub/test_schema.py`` says how close it comes to the real one.
"""
