# The secrets that the functions read are referred to, never made here: their contents would be in Terraform's state.
locals {
  secret_ids = toset([for id in [local.autoscaler_secret_id, local.loader_secret_id] : id if id != ""])
}

# Fails the plan when an OCID is wrong, before a function does.
data "oci_vault_secret" "referenced" {
  for_each  = local.secret_ids
  secret_id = each.value
}
