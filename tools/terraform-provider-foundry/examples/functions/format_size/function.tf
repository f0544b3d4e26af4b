output "format_size" {
  value = provider::foundry::format_size(1536) # "1.5 KB"
}

output "format_size_places" {
  value = provider::foundry::format_size(1610612736, 2) # "1.50 GB"
}
