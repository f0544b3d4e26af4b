output "length" {
  value = provider::foundry::length(["a", "b"]) # 2
}

output "length_characters" {
  value = provider::foundry::length("né") # 2
}
