"""CodeStar Notifications: rules by which pipelines tell people what happens."""
