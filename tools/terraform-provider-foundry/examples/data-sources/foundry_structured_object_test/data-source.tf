data "foundry_structured_object_test" "app" {
  config_name = "app"
  metadata = {
    owner = "ann"
  }
}

output "settings" {
  value = data.foundry_structured_object_test.app.generated_config.settings # { owner = "processed_ann" }
}
