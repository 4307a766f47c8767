"""From settings to the generated Terraform, and back from its files."""
