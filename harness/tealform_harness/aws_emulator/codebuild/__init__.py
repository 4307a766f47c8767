"""CodeBuild: projects as AWS completes them, and builds that really run."""
