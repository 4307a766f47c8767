"""CodeDeploy: blue/green releases to ECS, one step for each look at them."""
