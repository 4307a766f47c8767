"""The network of an environment and its load balancer."""
