"""What an account needs before the first environment: a bucket for state, and roles for whoever runs Terraform there."""
