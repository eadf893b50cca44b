# What somebody should be told. docs/operations.md has the same table; the second half needs publish_metrics = true.
locals {
  alarms = {
    function-crashes = {
      namespace = "oci_faas"
      severity  = "CRITICAL"
      query     = "FunctionResponseCount[5m]{responseType = \"Error\"}.grouping().sum() > 0"
      body      = "A function crashed or timed out: see its log."
    }
    calls-throttled = {
      namespace = "oci_faas"
      severity  = "WARNING"
      query     = "FunctionResponseCount[5m]{responseType = \"Throttled\"}.grouping().sum() > 0"
      body      = "Calls were refused for want of memory or concurrency."
    }
    function-answers-errors = {
      namespace = "functions_suite"
      severity  = "WARNING"
      query     = "call_errors[15m].groupBy(function).sum() > 2"
      body      = "A function answers with errors: the reason is in its log, the remedy in docs/operations.md."
    }
    autoscaler-not-called = {
      namespace = "functions_suite"
      severity  = "CRITICAL"
      query     = "call_seconds[10m]{function = \"oke-autoscaler\"}.absent(20m)"
      body      = "Nobody calls oke-autoscaler: look at its CronJob."
    }
    pods-wait = {
      namespace = "functions_suite"
      severity  = "WARNING"
      query     = "pending_pods[10m].min() > 0"
      body      = "Pods have waited for ten minutes although the autoscaler runs."
    }
    warehouse-behind = {
      namespace = "functions_suite"
      severity  = "WARNING"
      query     = "lag_hours[1h].max() > 36"
      body      = "The newest loaded billing report is older than a day and a half."
    }
    budget-breached = {
      namespace = "functions_suite"
      severity  = "WARNING"
      query     = "budget_used_percent[12h].groupBy(budget).max() > 100"
      body      = "A month has cost more than its budget: the loader's detailed answer says how much."
    }
    badges-late = {
      namespace = "functions_suite"
      severity  = "WARNING"
      query     = "badge_seconds[15m].percentile(0.95) > 3"
      body      = "Badges are nearly too late for the card, which waits five seconds."
    }
  }
}

resource "oci_monitoring_alarm" "suite" {
  for_each = { for name, alarm in local.alarms : name => alarm if var.alarm_topic_id != null }

  compartment_id        = var.compartment_ocid
  metric_compartment_id = var.compartment_ocid
  display_name          = "oci-functions-${each.key}"
  namespace             = each.value.namespace
  query                 = each.value.query
  severity              = each.value.severity
  body                  = each.value.body
  pending_duration      = "PT5M"
  destinations          = [var.alarm_topic_id]
  is_enabled            = true
}
