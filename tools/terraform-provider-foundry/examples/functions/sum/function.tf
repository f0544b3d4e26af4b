output "sum" {
  value = provider::foundry::sum([0.1, 0.2, 3]) # 3.3
}
