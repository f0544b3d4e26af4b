resource "foundry_private_state_verifier" "check" {
  input_value = "north"
}

output "decrypted" {
  value = foundry_private_state_verifier.check.decrypted_token # SECRET_FOR_NORTH
}
