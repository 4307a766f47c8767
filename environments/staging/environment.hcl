# Like prod, smaller: what works here works there.
network {
  cidr  = "10.30.0.0/16"
  zones = ["ap-northeast-1a", "ap-northeast-1c"]
  nat   = "single"
}

load_balancer {
  certificate = "arn:aws:acm:ap-northeast-1:123456789012:certificate/5d6f2e0a-3a5e-4a3c-9a55-0d1f6b0c7a11"
  web_acl     = "arn:aws:wafv2:ap-northeast-1:123456789012:regional/webacl/shop/3f1c8a52-6d5b-4b0e-8f2e-9a7d6c5b4a31"

  # The office looks at green before it takes traffic.
  test_cidrs  = ["203.0.113.0/24"]
}

service "web" {
  tasks    = { min = 2, max = 4 }
  capacity = { base = 1, on_demand = 1, spot = 1 }

  # What is merged is built here, once; prod takes over what has succeeded here.
  source "github" {
    repository   = "acme/shop-web"
    ignore_paths = ["docs/**", "**/*.md"]
  }

  build { cache = "ecr" }
  test {}
  scan { stop_at = "CRITICAL" }

  release {
    strategy          = "linear"
    percent           = 10
    interval_minutes  = 1
    keep_blue_minutes = 15

    smoke_test { path = "/health" }
  }
}
