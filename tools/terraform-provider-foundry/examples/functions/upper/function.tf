output "upper" {
  value = provider::foundry::upper("hello") # "HELLO"
}
