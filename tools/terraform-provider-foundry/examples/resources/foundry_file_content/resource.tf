resource "foundry_file_content" "motd" {
  filename = "etc/motd"
  content  = "Welcome.\n"
}

output "motd_sha256" {
  value = foundry_file_content.motd.content_hash
}
