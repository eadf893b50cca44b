# One log group: what the functions write, who called the gateway, and why it refused.
resource "oci_logging_log_group" "suite" {
  compartment_id = var.compartment_ocid
  display_name   = "oci-functions"
  description    = "Functions and gateway; the queries are in docs/operations.md."
}

locals {
  logs = {
    functions         = { service = "functions", resource = oci_functions_application.suite.id, category = "invoke" }
    gateway-access    = { service = "apigateway", resource = oci_apigateway_deployment.suite.id, category = "access" }
    gateway-execution = { service = "apigateway", resource = oci_apigateway_deployment.suite.id, category = "execution" }
  }
}

resource "oci_logging_log" "suite" {
  for_each = local.logs

  log_group_id       = oci_logging_log_group.suite.id
  display_name       = each.key
  log_type           = "SERVICE"
  is_enabled         = true
  retention_duration = var.log_retention_days

  configuration {
    compartment_id = var.compartment_ocid
    source {
      source_type = "OCISERVICE"
      service     = each.value.service
      resource    = each.value.resource
      category    = each.value.category
    }
  }
}
