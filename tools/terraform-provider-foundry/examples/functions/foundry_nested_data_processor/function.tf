output "foundry_nested_data_processor" {
  value = provider::foundry::foundry_nested_data_processor("{\"a\": 1}") # {"original_data":{"a":1},"summary":{"mode":"analyze","total_keys":1}}
}
