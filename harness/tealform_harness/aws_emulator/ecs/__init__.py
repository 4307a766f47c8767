"""ECS: services that CodeDeploy or ECS itself deploys, task sets, service deployments, and what Fargate refuses."""
