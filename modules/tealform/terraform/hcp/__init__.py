"""Asks HCP Terraform, or Terraform Enterprise, what Terraform itself does not ask or tell."""
