variable "url" {
  type    = string
  default = "http://127.0.0.1:8080/health"
}

data "foundry_http_api" "health" {
  url     = var.url
  timeout = 2
  headers = {
    Accept = "application/json"
  }
}

output "health" {
  value = coalesce(data.foundry_http_api.health.error_message, data.foundry_http_api.health.response_body)
}
