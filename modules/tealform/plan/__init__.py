"""Reading plans of Terraform: their summary, and the guard that stops risky ones."""
