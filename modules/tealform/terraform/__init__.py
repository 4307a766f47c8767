"""Finds and runs Terraform, on this machine or in HCP Terraform."""
