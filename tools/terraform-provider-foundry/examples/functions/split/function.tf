output "split" {
  value = provider::foundry::split(",", "a,b,c") # ["a", "b", "c"]
}
