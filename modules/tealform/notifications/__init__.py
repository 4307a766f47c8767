"""Who is told of what: one SNS topic in each account that has something to tell, and what writes to it."""
