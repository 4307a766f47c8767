"""An HCP Terraform on this machine: the API calls that Terraform makes, with runs that Terraform carries out here.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs
"""
