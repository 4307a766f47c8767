"""Verifies generated Terraform with everything that this machine has, before a cloud sees it."""
