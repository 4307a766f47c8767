"""Constructs and policy helpers that the network, services and pipelines share."""
