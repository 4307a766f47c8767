"""Blue/green that is built into ECS: services with a deployment strategy other than ROLLING."""
