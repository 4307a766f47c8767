"""Notifications: one SNS topic in each account that has events to send, its readers, and the rules that write to it."""
