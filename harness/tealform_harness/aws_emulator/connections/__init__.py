"""CodeConnections, under its old name too, and the repositories that are reached through it."""
