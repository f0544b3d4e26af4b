output "pluralize" {
  value = provider::foundry::pluralize("apple", 2) # "apples"
}

output "pluralize_irregular" {
  value = provider::foundry::pluralize("person", 2, "people") # "people"
}
