output "to_snake_case" {
  value = provider::foundry::to_snake_case("HTTPServerName v2") # "http_server_name_v2"
}
