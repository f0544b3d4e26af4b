output "add" {
  value = provider::foundry::add(0.1, 0.2) # 0.3
}

output "add_large" {
  value = provider::foundry::add(123456789012345678901234567890, 1) # 123456789012345678901234567891
}
