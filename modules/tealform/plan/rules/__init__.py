"""What must not happen unasked: one idea per module, each with ``objections(plan)``."""
