# Findings that are accepted, each on one resource, by whom, why and until when.

waiver "CKV_AWS_144" "access-logs/bucket/bucket" {
  reason = "Records of requests that expire after 90 days; no service depends on them."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_145" "access-logs/bucket/bucket" {
  reason = "Load balancers deliver access logs only to buckets under S3's own key (SSE-S3)."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_18" "access-logs/bucket/bucket" {
  reason = "It is the bucket that access logs go to; logging it into itself would never end."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV2_AWS_76" "load-balancer/load-balancer" {
  reason = "The web ACL is looked after by the security team, in a state of its own; it has the rules for Log4j."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_260" "load-balancer/redirect-from-0-0-0-0-0" {
  reason = "Port 80 does one thing: it redirects to HTTPS."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_144" "delivery-web/artifacts/bucket/bucket" {
  reason = "Artifacts live for days and can be built again at any time; a copy in a second region is of no use."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_316" "delivery-web/build/project" {
  reason = "Docker builds in CodeBuild need privileged mode; the build role may push to one repository only."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_378" "service-web/target-groups/blue" {
  reason = "TLS ends at the load balancer; tasks take plain HTTP from its security group alone."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_378" "service-web/target-groups/green" {
  reason = "TLS ends at the load balancer; tasks take plain HTTP from its security group alone."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_115" "service-web/smoke-test/function" {
  reason = "It runs once in a release; a reserved share would be taken from the account's other functions."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_116" "service-web/smoke-test/function" {
  reason = "CodeDeploy rolls a release back whose hook does not report; there is nobody to read a queue."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_272" "service-web/smoke-test/function" {
  reason = "Its code is committed beside the Terraform and compared by hash; there is no other way it comes in."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_50" "service-web/smoke-test/function" {
  reason = "It makes one request and logs each answer; a trace would say no more."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_144" "delivery-web/handover/bucket/bucket" {
  reason = "A release that is lost is handed over again by the next one, or by the last one run again."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_51" "delivery-web/build-cache/repository" {
  reason = "It holds the last build's layers under one tag, which each build moves; nothing is released from it."
  owner  = "web-team"
  until  = "2027-04-30"
}
