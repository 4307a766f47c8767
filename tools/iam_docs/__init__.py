"""Who may do what: every role and every resource policy that is generated, read from the generated Terraform."""
