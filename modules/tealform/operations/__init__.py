"""What people do with Terraform: plan, apply, destroy, so that what is applied is what somebody has read."""
