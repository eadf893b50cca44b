# Every right that the suite has: purpose = statement. A statement stands beside the function that needs it, is limited
# to named resources, and is made only when that function is deployed. Those that are wider are in one list with their
# reasons: WIDER of tools/checks/policies.py, printed in docs/operations.md.
locals {
  cluster_compartment  = coalesce(var.cluster_compartment_ocid, var.compartment_ocid)
  database_compartment = coalesce(var.database_compartment_ocid, var.compartment_ocid)
  vault_compartment    = coalesce(var.vault_compartment_ocid, var.compartment_ocid)
  topic_compartment    = coalesce(var.topic_compartment_ocid, var.compartment_ocid)

  # Texts for the statements below; a statement with an empty one is not made.
  cluster_id           = var.oke_autoscaler_cluster_id == null ? "" : var.oke_autoscaler_cluster_id
  autoscaler_secret_id = var.oke_autoscaler_secret_id == null ? "" : var.oke_autoscaler_secret_id
  loader_secret_id     = var.adw_billing_db_pass_secret_id == null ? "" : var.adw_billing_db_pass_secret_id
  private_bucket       = lookup(local.deployed_config["codecard-avatar"], "private_bucket", "")
  card_registry        = lookup(local.deployed_config["codecard-avatar"], "card_registry", "")
  card_objects         = endswith(local.card_registry, "/") ? "${local.card_registry}*" : local.card_registry
  pool_tag             = var.oke_autoscaler_node_pool_tag == null ? [""] : split("=", split("&", var.oke_autoscaler_node_pool_tag)[0])
  pool_tag_conditions  = length(split(".", local.pool_tag[0])) == 2 ? ["target.resource.tag.${local.pool_tag[0]} = '${local.pool_tag[1]}'"] : []
  node_pools           = join(", ", concat([for id in sort(var.node_pool_ids) : "target.nodepool.id = '${id}'"], local.pool_tag_conditions))

  # The tenancy in which Oracle keeps everybody's cost and usage reports.
  usage_report_tenancy = "ocid1.tenancy.oc1..aaaaaaaaned4fkpkisbwjlr56u7cj63lf3wffbilvqknstgtvzub7vhqkggq"

  autoscaler_policy = {
    "token for the API of this cluster; what it may do there is Kubernetes RBAC" = "Allow dynamic-group ${local.group["oke-autoscaler"]} to use clusters in compartment id ${local.cluster_compartment} where target.cluster.id = '${local.cluster_id}'"
    "set the size of these node pools, delete their nodes"                       = "Allow dynamic-group ${local.group["oke-autoscaler"]} to manage cluster-node-pools in compartment id ${local.cluster_compartment} where any {${local.node_pools}}"
    "see whether a resize has ended or failed"                                   = "Allow dynamic-group ${local.group["oke-autoscaler"]} to read cluster-work-requests in compartment id ${local.cluster_compartment}"
    "managed node pools: instances are made and ended in the caller's name"      = "Allow dynamic-group ${local.group["oke-autoscaler"]} to manage instance-family in compartment id ${local.cluster_compartment}"
    "managed node pools: place instances in their subnets"                       = "Allow dynamic-group ${local.group["oke-autoscaler"]} to use subnets in compartment id ${local.cluster_compartment}"
    "managed node pools: attach network cards"                                   = "Allow dynamic-group ${local.group["oke-autoscaler"]} to use vnics in compartment id ${local.cluster_compartment}"
    "managed node pools: read the network they lie in"                           = "Allow dynamic-group ${local.group["oke-autoscaler"]} to read virtual-network-family in compartment id ${local.cluster_compartment}"
    "managed node pools: resolve the compartment"                                = "Allow dynamic-group ${local.group["oke-autoscaler"]} to inspect compartments in compartment id ${local.cluster_compartment}"
    "average load of the nodes"                                                  = "Allow dynamic-group ${local.group["oke-autoscaler"]} to read metrics in compartment id ${local.cluster_compartment} where target.metrics.namespace = 'oci_computeagent'"
  }

  autoscaler_tag_policy = {
    "find the node pools that have the tag, where node_pool_tag is set" = "Allow dynamic-group ${local.group["oke-autoscaler"]} to inspect cluster-node-pools in compartment id ${local.cluster_compartment}"
  }

  autoscaler_secret_policy = {
    "service-account token, where secret_id is set" = "Allow dynamic-group ${local.group["oke-autoscaler"]} to read secret-bundles in compartment id ${local.vault_compartment} where target.secret.id = '${local.autoscaler_secret_id}'"
  }

  loader_report_policy = {
    "name of the tenancy that holds the reports" = "Define tenancy usage-report as ${local.usage_report_tenancy}"
    "read this tenancy's reports there"          = "Endorse dynamic-group ${local.group["adw-billing"]} to read objects in tenancy usage-report"
  }

  # What is read beside the reports, by the config key `dimensions`: compartments and tenancies unless it says otherwise.
  loader_dimensions = split(",", replace(lookup(local.deployed_config["adw-billing"], "dimensions", "compartments,tenancies"), " ", ""))
  loader_compartments_policy = {
    "paths and names of compartments, where `dimensions` has compartments" = "Allow dynamic-group ${local.group["adw-billing"]} to inspect compartments in tenancy"
  }
  loader_tenancies_policy = {
    "the tenancy's name, where `dimensions` has tenancies" = "Allow dynamic-group ${local.group["adw-billing"]} to inspect tenancies in tenancy"
  }
  loader_subscriptions_policy = {
    "subscriptions, where `dimensions` has them"      = "Allow dynamic-group ${local.group["adw-billing"]} to inspect organizations-subscription in tenancy"
    "commitments and what of them is used, with them" = "Allow dynamic-group ${local.group["adw-billing"]} to inspect subscribed-services in tenancy"
  }
  loader_resources_policy = {
    "names of resources, where `dimensions` has them" = "Allow dynamic-group ${local.group["adw-billing"]} to inspect all-resources in tenancy"
  }

  # Budgets: the topic that hears of them, and the object that lists them.
  loader_topic_policy = {
    "tell of budgets, where notification_topic is set; neither subscribe nor change the topic" = "Allow dynamic-group ${local.group["adw-billing"]} to use ons-topics in compartment id ${local.topic_compartment} where any {request.permission = 'ONS_TOPIC_READ', request.permission = 'ONS_TOPIC_PUBLISH'}"
  }
  loader_budgets_bucket = try(regex("^oci://([^@]+)@", var.adw_billing_budgets)[0], "")
  loader_budgets_policy = {
    "read the list of budgets, where budgets is an object" = "Allow dynamic-group ${local.group["adw-billing"]} to read objects in compartment id ${var.compartment_ocid} where target.bucket.name = '${local.loader_budgets_bucket}'"
  }

  loader_wallet_policy = {
    "fetch the database's wallet, where db_ocid is set" = "Allow dynamic-group ${local.group["adw-billing"]} to read autonomous-databases in compartment id ${local.database_compartment}"
  }

  loader_secret_policy = {
    "password, where db_pass_secret_id is set" = "Allow dynamic-group ${local.group["adw-billing"]} to read secret-bundles in compartment id ${local.vault_compartment} where target.secret.id = '${local.loader_secret_id}'"
  }

  loader_token_policy = {
    "database token instead of a password, where db_auth is iam-token" = "Allow dynamic-group ${local.group["adw-billing"]} to use database-connections in compartment id ${local.database_compartment}"
  }

  badge_policy = {
    "publish badges; never delete" = "Allow dynamic-group ${local.group["codecard-avatar"]} to manage objects in compartment id ${var.compartment_ocid} where all {target.bucket.name = '${var.badge_bucket}', any {request.permission = 'OBJECT_CREATE', request.permission = 'OBJECT_OVERWRITE'}}"
  }

  badge_private_policy = {
    "read registry and background in the private bucket" = "Allow dynamic-group ${local.group["codecard-avatar"]} to read objects in compartment id ${var.compartment_ocid} where target.bucket.name = '${var.badge_private_bucket}'"
  }

  # For those whom card_keepers names: `target.object.name` limits it to the registry (a folder's objects, with a *).
  badge_cards_policy = {
    "change the registered cards from the badge page, and no other object; never delete" = "Allow dynamic-group ${local.group["codecard-avatar"]} to manage objects in compartment id ${var.compartment_ocid} where all {target.bucket.name = '${var.badge_private_bucket}', target.object.name = '${local.card_objects}', any {request.permission = 'OBJECT_CREATE', request.permission = 'OBJECT_OVERWRITE'}}"
  }

  # A config of before: registry and background lie in the badges' bucket.
  badge_single_policy = {
    "read registry and background beside the badges, where private_bucket is not set" = "Allow dynamic-group ${local.group["codecard-avatar"]} to read objects in compartment id ${var.compartment_ocid} where target.bucket.name = '${var.badge_bucket}'"
  }

  # Custom metrics, for the functions whose publish_metrics is true.
  publishers = toset([for name in keys(local.deployed) : name if lookup(local.function_config[name], "publish_metrics", "false") == "true"])
  metrics_policy = {
    for name in local.publishers : "custom metrics of ${name}" => "Allow dynamic-group ${local.group[name]} to use metrics in compartment id ${var.compartment_ocid} where target.metrics.namespace = 'functions_suite'"
  }

  # Callers may call named functions: each list has those that the caller is made for, and none is added by a new function.
  routed_functions    = join(", ", [for name in sort(keys(local.deployed)) : "target.function.id = '${oci_functions_function.suite[name].id}'" if contains(local.gateway_functions, name)])
  invoked_functions   = join(", ", [for name in sort(keys(local.deployed)) : "target.function.id = '${oci_functions_function.suite[name].id}'" if contains(var.cronjob_functions, name)])
  scheduled_functions = "target.function.id = '${try(oci_functions_function.suite["adw-billing"].id, "")}'"

  gateway_policy = {
    "the gateway calls the functions behind its routes" = "Allow any-user to use fn-invocation in compartment id ${var.compartment_ocid} where all {request.principal.type = 'ApiGateway', request.principal.id = '${oci_apigateway_gateway.suite.id}', any {${local.routed_functions}}}"
  }

  # The pods' own identity: cluster, namespace and account must all be right. `read` finds the invoke endpoint.
  cronjob_policy = {
    "CronJobs call functions"               = "Allow any-user to use fn-invocation in compartment id ${var.compartment_ocid} where all {request.principal.type = 'workload', request.principal.cluster_id = '${local.cluster_id}', request.principal.namespace = '${var.cronjob_namespace}', request.principal.service_account = '${var.cronjob_service_account}', any {${local.invoked_functions}}}"
    "CronJobs look up a function's address" = "Allow any-user to read fn-function in compartment id ${var.compartment_ocid} where all {request.principal.type = 'workload', request.principal.cluster_id = '${local.cluster_id}', request.principal.namespace = '${var.cronjob_namespace}', request.principal.service_account = '${var.cronjob_service_account}', any {${local.invoked_functions}}}"
  }

  # Oracle's example gives a schedule `manage functions-family`; calling needs no more than this.
  scheduler_policy = {
    "Resource Scheduler calls adw-billing"    = "Allow any-user to use fn-invocation in compartment id ${var.compartment_ocid} where all {request.principal.type = 'resourceschedule', request.principal.id = '${local.schedule_id}', any {${local.scheduled_functions}}}"
    "Resource Scheduler looks adw-billing up" = "Allow any-user to read fn-function in compartment id ${var.compartment_ocid} where all {request.principal.type = 'resourceschedule', request.principal.id = '${local.schedule_id}', any {${local.scheduled_functions}}}"
  }

  service_policy = {
    "the Functions service pulls the images"                 = "Allow service FaaS to read repos in compartment id ${var.compartment_ocid}"
    "the Functions service attaches functions to the subnet" = "Allow service FaaS to use virtual-network-family in compartment id ${var.compartment_ocid}"
  }

  has_autoscaler = contains(var.deploy_functions, "oke-autoscaler")
  has_loader     = contains(var.deploy_functions, "adw-billing")
  has_badge      = contains(var.deploy_functions, "codecard-avatar")

  # Which of them are made.
  policy_is_made = {
    autoscaler           = local.has_autoscaler && local.cluster_id != "" && local.node_pools != ""
    autoscaler-tag       = local.has_autoscaler && var.oke_autoscaler_node_pool_tag != null
    autoscaler-secret    = local.has_autoscaler && local.autoscaler_secret_id != ""
    loader               = local.has_loader
    loader-wallet        = local.has_loader && var.adw_billing_db_ocid != null
    loader-secret        = local.has_loader && local.loader_secret_id != ""
    loader-token         = local.has_loader && var.adw_billing_db_auth == "iam-token"
    loader-compartments  = local.has_loader && contains(local.loader_dimensions, "compartments")
    loader-tenancies     = local.has_loader && contains(local.loader_dimensions, "tenancies")
    loader-subscriptions = local.has_loader && contains(local.loader_dimensions, "subscriptions")
    loader-resources     = local.has_loader && contains(local.loader_dimensions, "resources")
    loader-topic         = local.has_loader && var.adw_billing_notification_topic != null
    loader-budgets       = local.has_loader && local.loader_budgets_bucket != ""
    badge                = local.has_badge
    metrics              = length(local.metrics_policy) > 0
    badge-private        = local.has_badge && local.private_bucket != ""
    badge-cards          = local.has_badge && local.private_bucket != "" && local.card_registry != "" && var.codecard_avatar_card_keepers != null
    badge-single         = local.has_badge && local.private_bucket == ""
    gateway              = local.routed_functions != ""
    cronjobs             = local.cluster_id != "" && local.invoked_functions != ""
    scheduler            = local.has_schedule
    service              = true
  }
  policies = {
    autoscaler           = local.autoscaler_policy
    autoscaler-tag       = local.autoscaler_tag_policy
    autoscaler-secret    = local.autoscaler_secret_policy
    loader               = local.loader_report_policy
    loader-wallet        = local.loader_wallet_policy
    loader-secret        = local.loader_secret_policy
    loader-token         = local.loader_token_policy
    loader-compartments  = local.loader_compartments_policy
    loader-tenancies     = local.loader_tenancies_policy
    loader-subscriptions = local.loader_subscriptions_policy
    loader-resources     = local.loader_resources_policy
    loader-topic         = local.loader_topic_policy
    loader-budgets       = local.loader_budgets_policy
    badge                = local.badge_policy
    badge-private        = local.badge_private_policy
    badge-cards          = local.badge_cards_policy
    badge-single         = local.badge_single_policy
    metrics              = local.metrics_policy
    gateway              = local.gateway_policy
    cronjobs             = local.cronjob_policy
    scheduler            = local.scheduler_policy
    service              = local.service_policy
  }
}

# In the root compartment, because the statements on another tenancy must stand there.
resource "oci_identity_policy" "suite" {
  provider = oci.home
  for_each = toset([for name, is_made in local.policy_is_made : name if is_made])

  compartment_id = var.tenancy_ocid
  name           = "oci-functions-${each.key}"
  description    = substr(join("; ", keys(local.policies[each.key])), 0, 400)
  statements     = [for purpose in sort(keys(local.policies[each.key])) : local.policies[each.key][purpose]]

  depends_on = [oci_identity_dynamic_group.function]
}
