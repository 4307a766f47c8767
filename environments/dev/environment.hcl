# Cheap and quick: one NAT gateway, Spot, plain HTTP, no waiting, and nothing that stops a destroy.
# Whoever tries something puts a ZIP of it into the bucket; nobody takes releases over from what may be gone tomorrow.
disposable = true

network {
  cidr  = "10.20.0.0/16"
  zones = ["ap-northeast-1a", "ap-northeast-1c"]
  nat   = "single"
}

load_balancer {
  protocol = "http"
}

service "web" {
  tasks       = { min = 1, max = 2 }
  capacity    = { on_demand = 0, spot = 1 }
  environment = { COLOUR = "blue" }

  source "s3" {}

  release {
    strategy          = "all_at_once"
    keep_blue_minutes = 0

    # What is broken here is mended by the next push, which no alarm should stop.
    alarms {
      unhealthy_targets    = 0
      errors_percent       = 0
      latency_milliseconds = 0
    }
  }
}
