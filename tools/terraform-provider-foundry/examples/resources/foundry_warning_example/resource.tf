# Plans with a warning: old_name is deprecated.
resource "foundry_warning_example" "renamed" {
  old_name = "billing"
}

resource "foundry_warning_example" "from_file" {
  source_file = "names.txt"
}

output "names" {
  value = [
    foundry_warning_example.renamed.name,  # billing
    foundry_warning_example.from_file.name # from_file:names.txt
  ]
}
