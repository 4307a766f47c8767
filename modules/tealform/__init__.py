"""Constructs that turn the settings of an environment into Terraform."""
