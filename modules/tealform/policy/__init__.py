"""The policy gate: checkov's checks on the generated Terraform, and the waivers that accept single findings."""
