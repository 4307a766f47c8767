"""A stand-in for the provider hashicorp/aws."""
