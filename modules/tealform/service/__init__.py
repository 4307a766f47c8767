"""What runs: the cluster, and each service in it."""
