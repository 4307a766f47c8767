# What all environments share; an environment's own settings go over these.
project = "shop"
region  = "ap-northeast-1"
account = "123456789012"
tags    = { owner = "web-team" }

service "web" {
  port         = 8080
  architecture = "arm64"
  environment  = { PORT = "8080" }

  health_check { path = "/health" }
}
