output "truncate" {
  value = provider::foundry::truncate("The quick brown fox", 14) # "The quick..."
}

output "truncate_suffix" {
  value = provider::foundry::truncate("The quick brown fox", 14, "~") # "The quick~"
}
