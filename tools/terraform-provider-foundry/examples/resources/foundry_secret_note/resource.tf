resource "foundry_secret_note" "database" {
  name           = "database"
  secret_value   = "correct-horse-battery-staple"
  secret_version = "1"
}

output "digest" {
  value = foundry_secret_note.database.digest
}
