"""CodeCommit: settings and tags of repositories, their commits, and approval rule templates."""
