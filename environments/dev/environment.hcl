# Cheap and quick: one NAT gateway, Spot, plain HTTP, no waiting, and nothing that stops a destroy.
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

  # One repository for all environments, a branch for each. This environment creates it.
  source "codecommit" {
    repository = "shop-web"
    branch     = "develop"
  }

  release {
    strategy          = "all_at_once"
    keep_blue_minutes = 0
  }
}
