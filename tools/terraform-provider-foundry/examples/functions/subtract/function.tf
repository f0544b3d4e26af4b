output "subtract" {
  value = provider::foundry::subtract(10, 2.5) # 7.5
}
