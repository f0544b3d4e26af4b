output "min" {
  value = provider::foundry::min([3, 1, 2]) # 1
}
