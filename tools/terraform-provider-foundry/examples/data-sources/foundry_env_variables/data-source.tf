data "foundry_env_variables" "app" {
  prefix         = "APP_"
  transform_keys = "lower"
  sensitive_keys = ["APP_TOKEN"]
}

output "names" {
  value = keys(data.foundry_env_variables.app.values)
}

output "token" {
  value     = data.foundry_env_variables.app.sensitive_values["app_token"]
  sensitive = true
}
