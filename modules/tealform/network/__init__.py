"""The network of an environment and the load balancer at its door."""
