output "replace" {
  value = provider::foundry::replace("hello world", "world", "earth") # "hello earth"
}

output "replace_groups" {
  value = provider::foundry::replace("foo-bar", "/(\\w+)-(\\w+)/", "$2-$1") # "bar-foo"
}
