"""CodePipeline: executions that advance one step for each look at them."""
