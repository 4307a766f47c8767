"""Programs that run in CodeBuild: nothing here imports them, they travel as text."""
