"""environment.hcl as validated, frozen settings."""
