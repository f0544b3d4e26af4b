# A file is imported by its path.
terraform import foundry_file_content.motd etc/motd
