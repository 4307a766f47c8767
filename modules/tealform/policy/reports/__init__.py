"""What the policy gate says, one form a module. Each says the same for the same verdicts, byte for byte."""
