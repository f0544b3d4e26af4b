output "to_kebab_case" {
  value = provider::foundry::to_kebab_case("HTTPServerName v2") # "http-server-name-v2"
}
