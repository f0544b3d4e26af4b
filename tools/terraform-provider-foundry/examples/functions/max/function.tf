output "max" {
  value = provider::foundry::max([3, 1, 2]) # 3
}
