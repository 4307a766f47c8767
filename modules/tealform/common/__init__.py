"""What constructs share: keys, buckets, log groups, IAM."""
