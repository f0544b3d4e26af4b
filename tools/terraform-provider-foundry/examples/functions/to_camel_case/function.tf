output "to_camel_case" {
  value = provider::foundry::to_camel_case("hello_world") # "helloWorld"
}

output "to_camel_case_upper" {
  value = provider::foundry::to_camel_case("hello_world", true) # "HelloWorld"
}
