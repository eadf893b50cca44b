# One group a caller, each with exactly one member: policies below give rights to these and to nobody else.
locals {
  group_names = { for name in keys(local.functions) : name => "oci-functions-${name}" }

  # A group's name as a policy writes it, with its identity domain.
  group = { for name, group in local.group_names : name => "'${var.identity_domain_name}'/'${group}'" }
}

resource "oci_identity_dynamic_group" "function" {
  provider = oci.home
  for_each = { for name in keys(local.deployed) : name => local.group_names[name] }

  compartment_id = var.tenancy_ocid
  name           = each.value
  description    = "The function ${each.key}."
  matching_rule  = "ALL {resource.type = 'fnfunc', resource.id = '${oci_functions_function.suite[each.key].id}'}"
}
