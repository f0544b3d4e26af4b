output "format" {
  value = provider::foundry::format("%s has %05.1f", ["it", 2.25]) # "it has 002.2"
}

output "format_braces" {
  value = provider::foundry::format("{} + {} = {}", [1, 2, 3]) # "1 + 2 = 3"
}
