data "foundry_lens_jq" "names" {
  json_input = jsonencode({ users = [{ name = "ann", age = 40 }, { name = "bob", age = 17 }] })
  query      = "[.users[] | select(.age >= 18) | .name]"
}

output "adults" {
  value = data.foundry_lens_jq.names.result # ["ann"]
}
