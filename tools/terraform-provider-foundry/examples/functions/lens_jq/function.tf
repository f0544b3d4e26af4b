output "lens_jq" {
  value = provider::foundry::lens_jq(
    { users = [{ name = "ann", age = 40 }, { name = "bob", age = 17 }] },
    "[.users[] | select(.age >= 18) | .name]"
  ) # ["ann"]
}

output "lens_jq_sum" {
  value = provider::foundry::lens_jq([1, 2, 3], "add") # 6
}
