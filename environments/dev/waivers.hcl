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

waiver "CKV_AWS_260" "load-balancer/production-from-0-0-0-0-0" {
  reason = "dev serves plain HTTP: it holds no data of anybody's."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_2" "load-balancer/production-listener" {
  reason = "dev serves plain HTTP: it holds no data of anybody's."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_103" "load-balancer/production-listener" {
  reason = "dev serves plain HTTP: it holds no data of anybody's."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_2" "load-balancer/test-listener" {
  reason = "dev serves plain HTTP: it holds no data of anybody's."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_103" "load-balancer/test-listener" {
  reason = "dev serves plain HTTP: it holds no data of anybody's."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV2_AWS_20" "load-balancer/load-balancer" {
  reason = "dev serves plain HTTP: there is no HTTPS to redirect to."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV2_AWS_28" "load-balancer/load-balancer" {
  reason = "A web ACL costs more than all the rest of dev."
  owner  = "web-team"
  until  = "2027-04-30"
}

waiver "CKV_AWS_150" "load-balancer/load-balancer" {
  reason = "dev is disposable: a destroy may take everything along."
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

waiver "CKV_AWS_144" "delivery-web/source/bucket/bucket" {
  reason = "What is put in is built from a repository elsewhere, and can be put in again."
  owner  = "web-team"
  until  = "2027-04-30"
}
