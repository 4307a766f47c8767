"""Works on what has been generated: policy, Terraform, reports, and the command line that runs them."""
