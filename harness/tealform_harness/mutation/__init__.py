"""How much the policy gate sees: single changes to good environments, each of which it should object to."""
