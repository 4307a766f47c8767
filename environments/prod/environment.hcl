# Whoever applies or destroys something here types its name.
protected = true

network {
  cidr  = "10.40.0.0/16"
  zones = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]
}

load_balancer {
  certificate = "arn:aws:acm:ap-northeast-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
  web_acl     = "arn:aws:wafv2:ap-northeast-1:123456789012:regional/webacl/shop/3f1c8a52-6d5b-4b0e-8f2e-9a7d6c5b4a31"
}

notifications {
  emails = ["web-team@example.com"]
  events = ["started", "succeeded", "failed", "approval"]

  slack {
    workspace = "T012AB3CD"
    channel   = "C012AB3CD"
  }
}

# Base images keep coming when the public registry is slow, or counts its pulls.
pull_through_cache "ecr-public" {}

service "web" {
  cpu      = 512
  memory   = 1024
  tasks    = { min = 3, max = 12 }
  priority = 1000

  source "promotion" { environment = "staging" }

  # Again, for since the image was built more may have become known.
  scan { stop_at = "HIGH" }

  release {
    strategy = "canary"
    approval = true

    # People are there who could mend it.
    before_entry {
      window {
        cron     = "* * 9-16 ? * MON-THU *"
        timezone = "Asia/Tokyo"
      }
    }

    smoke_test { path = "/health" }
  }
}

service "api" {
  port         = 9000
  cpu          = 1024
  memory       = 2048
  tasks        = { min = 3, max = 20 }
  environment  = { PORT = "9000" }
  secrets      = { DATABASE_URL = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:shop/prod/database-Ab12Cd:url::" }
  egress_ports = [443, 5432]
  paths        = ["/api/*"]

  health_check { path = "/health" }

  # More at once in the morning, when the shops open; by day and by night what the requests ask for.
  scaling {
    requests_per_target = 600

    schedule "opening" {
      at       = "cron(30 8 * * ? *)"
      timezone = "Asia/Tokyo"
      min      = 8
      max      = 20
    }

    schedule "day" {
      at       = "cron(30 10 * * ? *)"
      timezone = "Asia/Tokyo"
      min      = 3
      max      = 20
    }
  }

  # Nobody stages it: it has a pipeline of its own, and a repository in this account.
  source "codecommit" { approvals = 2 }

  # Its packages come from a mirror in the network.
  build { vpc = true }

  release {
    execution_mode    = "queued"
    strategy          = "canary"
    percent           = 20
    interval_minutes  = 10
    keep_blue_minutes = 120
    approval          = true

    alarms {
      errors_percent       = 2
      latency_milliseconds = 800
    }
  }
}
