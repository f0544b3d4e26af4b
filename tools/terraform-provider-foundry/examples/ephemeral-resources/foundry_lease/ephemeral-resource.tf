ephemeral "foundry_lease" "deploy" {
  name        = "deploy"
  path        = "run/deploy.lease"
  ttl_seconds = 60
}

# Something that only works while the lease is held.
resource "terraform_data" "deploy" {
  input = "deployed"
}
