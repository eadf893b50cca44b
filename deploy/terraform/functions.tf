# The application and its functions; their images come from `fn deploy` or any docker build.
locals {
  deployed = { for name, each in local.functions : name => each if contains(var.deploy_functions, name) }

  # What the stack makes itself need not be told back to it. A badges' bucket that is set stands alone, with its private
  # one if that is set too: a config of before goes on as it was.
  bucket_urls = {
    for key, name in { oss_bucket = var.badge_bucket, private_bucket = var.badge_private_bucket } :
    key => "https://objectstorage.${var.region}.oraclecloud.com/n/${data.oci_objectstorage_namespace.tenancy.namespace}/b/${name}"
  }
  own_buckets = {
    for key, url in local.bucket_urls :
    key => url if var.codecard_avatar_oss_bucket == null && (key == "private_bucket" || var.codecard_avatar_publish != "inline")
  }
  deployed_config = {
    for name, keys in local.function_config :
    name => merge({ for key, url in local.own_buckets : key => url if name == "codecard-avatar" }, keys)
  }
}

resource "oci_functions_application" "suite" {
  compartment_id = var.compartment_ocid
  display_name   = "oci-functions"
  subnet_ids     = [var.function_subnet_id]
  shape          = var.application_shape

  image_policy_config {
    is_policy_enabled = var.image_signing_key_id != null
    dynamic "key_details" {
      for_each = var.image_signing_key_id == null ? [] : [var.image_signing_key_id]
      content {
        kms_key_id = key_details.value
      }
    }
  }
}

resource "oci_functions_function" "suite" {
  for_each = local.deployed

  application_id     = oci_functions_application.suite.id
  display_name       = each.key
  image              = "${var.image_prefix}/${each.key}:${var.image_tag}"
  memory_in_mbs      = each.value.memory
  timeout_in_seconds = each.value.timeout
  config             = local.deployed_config[each.key]

  lifecycle {
    precondition {
      condition     = alltrue([for key in local.required_config[each.key] : contains(keys(local.deployed_config[each.key]), key)])
      error_message = "${each.key} needs: ${join(", ", local.required_config[each.key])}."
    }
  }
}
