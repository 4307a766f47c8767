"""The schema of the AWS provider, without the provider: rebuilt from the pinned CDKTF bindings.

How close it comes, measured against ``terraform providers schema -json`` of provider 5.100.0 (the bindings are of 6.25.0):
see ``tests/harness/stand_in/test_schema.py``.
"""
