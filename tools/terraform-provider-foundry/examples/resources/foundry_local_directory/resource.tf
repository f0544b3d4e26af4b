resource "foundry_local_directory" "cache" {
  path        = "var/cache/app"
  permissions = "0o750"
}

output "cache_path" {
  value = foundry_local_directory.cache.id
}
