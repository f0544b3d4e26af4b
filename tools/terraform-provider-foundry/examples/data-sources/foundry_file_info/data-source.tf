data "foundry_file_info" "here" {
  path = "."
}

output "here" {
  value = "${data.foundry_file_info.here.owner} ${data.foundry_file_info.here.permissions}"
}
