provider "foundry" {
  api_endpoint = "https://api.example.com/v1"
}

data "foundry_provider_config_reader" "current" {}

output "api" {
  value = "${data.foundry_provider_config_reader.current.api_endpoint} in ${data.foundry_provider_config_reader.current.api_timeout} s"
}
