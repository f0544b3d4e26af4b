//! Terraform itself.
