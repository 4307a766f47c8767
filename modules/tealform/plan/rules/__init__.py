"""What the plan guard blocks: one theme a module, each with ``find_blockers(plan)``."""
