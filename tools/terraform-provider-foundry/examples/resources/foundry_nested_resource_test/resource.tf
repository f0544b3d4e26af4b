resource "foundry_nested_resource_test" "app" {
  resource_name = "app"
  configuration = {
    region = "north"
    sizes  = [1, 2]
  }

  nested_configs {
    service  = "web"
    port     = 443
    protocol = "https"
  }
}

output "processed" {
  value = foundry_nested_resource_test.app.processed_data
}
