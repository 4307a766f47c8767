"""Terraform's plugin protocol 6, as far as the stand-in speaks it.

https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol
"""
