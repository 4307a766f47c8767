"""How source becomes a release: repository, build, deployment and the pipeline that joins them."""
