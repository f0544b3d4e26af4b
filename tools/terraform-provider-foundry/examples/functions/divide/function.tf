output "divide" {
  value = provider::foundry::divide(10, 4) # 2.5
}
