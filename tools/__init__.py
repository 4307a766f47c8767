"""What only developers of Tealform run: generators of documentation, benchmarks, the mutation report."""
