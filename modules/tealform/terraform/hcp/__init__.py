"""Requests to HCP Terraform, or Terraform Enterprise, that Terraform itself does not make."""
