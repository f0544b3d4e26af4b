output "lookup" {
  value = provider::foundry::lookup({ a = 1, b = ["x"] }, "b") # ["x"]
}

output "lookup_default" {
  value = provider::foundry::lookup({ a = 1 }, "b", "none") # "none"
}
