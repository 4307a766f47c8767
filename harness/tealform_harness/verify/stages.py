"""What the real provider and an emulated AWS are asked about an environment, in this order.

Apart from what asks it: to import that takes seconds, which nobody shall wait who has no such provider.
"""

CLAIMS = ("provider", "apply", "release", "update", "destroy")
