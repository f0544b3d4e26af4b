terraform {
  required_providers {
    foundry = {
      source = "registry.example.com/foundry/foundry"
    }
  }
}

provider "foundry" {
  api_endpoint = "https://api.example.com/v1"
  api_timeout  = 10
  api_retries  = 2
}
