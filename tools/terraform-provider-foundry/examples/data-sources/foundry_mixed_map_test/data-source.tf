data "foundry_mixed_map_test" "mixed" {
  input_data = {
    greeting = "hello"
    count    = 41
    done     = true
  }
}

output "mixed" {
  value = data.foundry_mixed_map_test.mixed.processed_data # { greeting = "HELLO", count = 42, done = true }
}
