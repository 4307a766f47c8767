"""Plan, apply and destroy with Terraform, so that a plan is applied only as it was read."""
