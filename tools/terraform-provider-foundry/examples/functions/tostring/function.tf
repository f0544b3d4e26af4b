output "tostring" {
  value = provider::foundry::tostring(1.50) # "1.5"
}

output "tostring_bool" {
  value = provider::foundry::tostring(true) # "true"
}
