# A directory is imported by its path.
terraform import foundry_local_directory.cache var/cache/app
