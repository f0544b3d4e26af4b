output "multiply" {
  value = provider::foundry::multiply(4, 2.5) # 10
}
