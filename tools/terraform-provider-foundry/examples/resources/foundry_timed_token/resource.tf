resource "foundry_timed_token" "deploy" {
  name = "deploy"
}

output "deploy_token" {
  value     = foundry_timed_token.deploy.token
  sensitive = true
}
