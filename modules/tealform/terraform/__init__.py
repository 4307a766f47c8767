"""Find and run Terraform, on this machine or in HCP Terraform."""
