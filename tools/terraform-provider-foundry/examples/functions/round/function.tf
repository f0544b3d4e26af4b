output "round" {
  value = provider::foundry::round(3.14159, 2) # 3.14
}

output "round_even" {
  value = provider::foundry::round(2.5) # 2
}

output "round_hundreds" {
  value = provider::foundry::round(1250, -2) # 1200
}
