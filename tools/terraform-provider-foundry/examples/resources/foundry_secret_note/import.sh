# A note is imported by its name.
terraform import foundry_secret_note.database database
