data "foundry_simple_map_test" "shout" {
  input_data = {
    greeting = "hello"
  }
}

output "shout" {
  value = data.foundry_simple_map_test.shout.processed_data.greeting # HELLO
}
