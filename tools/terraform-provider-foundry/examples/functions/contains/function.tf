output "contains" {
  value = provider::foundry::contains([1, "a"], "a") # true
}

output "contains_type" {
  value = provider::foundry::contains([1, "a"], "1") # false
}
