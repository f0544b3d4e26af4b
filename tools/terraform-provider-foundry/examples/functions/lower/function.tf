output "lower" {
  value = provider::foundry::lower("HELLO") # "hello"
}
