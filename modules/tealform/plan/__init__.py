"""What a plan of Terraform would do, said so that a person can decide, and what of it must not pass unasked."""
