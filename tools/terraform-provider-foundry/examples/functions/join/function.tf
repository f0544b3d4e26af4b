output "join" {
  value = provider::foundry::join(", ", ["a", 1, true]) # "a, 1, true"
}
