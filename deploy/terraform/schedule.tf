# Resource Scheduler calls the loader. It knows no step finer than an hour, so oke-autoscaler needs the CronJob of
# deploy/kubernetes.
locals {
  has_schedule = local.has_loader && var.adw_billing_schedule != ""
  schedule_id  = try(oci_resource_scheduler_schedule.adw_billing[0].id, "")
}

resource "oci_resource_scheduler_schedule" "adw_billing" {
  count = local.has_schedule ? 1 : 0

  compartment_id     = var.compartment_ocid
  display_name       = "adw-billing"
  description        = "New billing reports are loaded."
  action             = "START_RESOURCE"
  recurrence_type    = "CRON"
  recurrence_details = var.adw_billing_schedule

  resources {
    id = oci_functions_function.suite["adw-billing"].id
  }
}
