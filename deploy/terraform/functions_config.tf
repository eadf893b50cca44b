# Rendered by `make func-yaml` from func-common.yaml and functions/*/settings.py: do not edit.
locals {
  functions = {
    adw-billing = {
      memory  = var.adw_billing_memory
      timeout = var.adw_billing_timeout
    }
    codecard-avatar = {
      memory  = var.codecard_avatar_memory
      timeout = var.codecard_avatar_timeout
    }
    oke-autoscaler = {
      memory  = var.oke_autoscaler_memory
      timeout = var.oke_autoscaler_timeout
    }
    request-context = {
      memory  = var.request_context_memory
      timeout = var.request_context_timeout
    }
  }

  function_config = {
    adw-billing = merge({ for key, value in {
      publish_metrics         = var.adw_billing_publish_metrics
      oci_endpoint            = var.adw_billing_oci_endpoint
      ca_certificates         = var.adw_billing_ca_certificates
      oci_config_profile      = var.adw_billing_oci_config_profile
      oci_config_file         = var.adw_billing_oci_config_file
      usage_report_bucket     = var.adw_billing_usage_report_bucket
      home_region             = var.adw_billing_home_region
      reports                 = var.adw_billing_reports
      warehouse               = var.adw_billing_warehouse
      db_dsn                  = var.adw_billing_db_dsn
      db_ocid                 = var.adw_billing_db_ocid
      TNS_ADMIN               = var.adw_billing_tns_admin
      db_user                 = var.adw_billing_db_user
      db_pass_secret_id       = var.adw_billing_db_pass_secret_id
      db_auth                 = var.adw_billing_db_auth
      load_mode               = var.adw_billing_load_mode
      load_order              = var.adw_billing_load_order
      max_rows_per_slice      = var.adw_billing_max_rows_per_slice
      deadline_margin_seconds = var.adw_billing_deadline_margin_seconds
      oci_billing_cost_from   = var.adw_billing_oci_billing_cost_from
      retention_days          = var.adw_billing_retention_days
      tenancies               = var.adw_billing_tenancies
      reports_namespace       = var.adw_billing_reports_namespace
      reports_bucket          = var.adw_billing_reports_bucket
      object_filter           = var.adw_billing_object_filter
      earliest_day            = var.adw_billing_earliest_day
      dimensions              = var.adw_billing_dimensions
      price_list_url          = var.adw_billing_price_list_url
      price_list_currencies   = var.adw_billing_price_list_currencies
      budgets                 = var.adw_billing_budgets
      notification_topic      = var.adw_billing_notification_topic
      } : key => tostring(value) if value != null },
      { for key, value in {
        db_pass = var.adw_billing_db_pass
      } : key => tostring(value) if nonsensitive(value != null) }
    )
    codecard-avatar = merge({ for key, value in {
      publish_metrics   = var.codecard_avatar_publish_metrics
      oci_endpoint      = var.codecard_avatar_oci_endpoint
      ca_certificates   = var.codecard_avatar_ca_certificates
      apex_url          = var.codecard_avatar_apex_url
      card_registry     = var.codecard_avatar_card_registry
      card_names        = var.codecard_avatar_card_names
      publish           = var.codecard_avatar_publish
      oss_bucket        = var.codecard_avatar_oss_bucket
      private_bucket    = var.codecard_avatar_private_bucket
      public_url        = var.codecard_avatar_public_url
      allowed_hosts     = var.codecard_avatar_allowed_hosts
      image_bg_name     = var.codecard_avatar_image_bg_name
      layout            = var.codecard_avatar_layout
      button_layouts    = var.codecard_avatar_button_layouts
      event_name        = var.codecard_avatar_event_name
      card_keepers      = var.codecard_avatar_card_keepers
      identicon_service = var.codecard_avatar_identicon_service
      } : key => tostring(value) if value != null },
      { for key, value in {
        page_key = var.codecard_avatar_page_key
      } : key => tostring(value) if nonsensitive(value != null) }
    )
    oke-autoscaler = { for key, value in {
      publish_metrics                        = var.oke_autoscaler_publish_metrics
      oci_endpoint                           = var.oke_autoscaler_oci_endpoint
      ca_certificates                        = var.oke_autoscaler_ca_certificates
      oci_config_profile                     = var.oke_autoscaler_oci_config_profile
      oci_config_file                        = var.oke_autoscaler_oci_config_file
      cluster_id                             = var.oke_autoscaler_cluster_id
      node_pool_id                           = var.oke_autoscaler_node_pool_id
      node_pool_eval_window                  = var.oke_autoscaler_node_pool_eval_window
      node_pool_min_size                     = var.oke_autoscaler_node_pool_min_size
      node_pool_max_size                     = var.oke_autoscaler_node_pool_max_size
      node_pool_eval_cpu_load                = var.oke_autoscaler_node_pool_eval_cpu_load
      node_pool_eval_ram_load                = var.oke_autoscaler_node_pool_eval_ram_load
      secret_id                              = var.oke_autoscaler_secret_id
      node_pools                             = var.oke_autoscaler_node_pools
      node_pool_tag                          = var.oke_autoscaler_node_pool_tag
      node_pool_compartment_id               = var.oke_autoscaler_node_pool_compartment_id
      expander                               = var.oke_autoscaler_expander
      headroom                               = var.oke_autoscaler_headroom
      replace_saving_percent                 = var.oke_autoscaler_replace_saving_percent
      node_pool_stabilization_window         = var.oke_autoscaler_node_pool_stabilization_window
      node_utilization_percent               = var.oke_autoscaler_node_utilization_percent
      unneeded_minutes                       = var.oke_autoscaler_unneeded_minutes
      unready_minutes                        = var.oke_autoscaler_unready_minutes
      provision_timeout_minutes              = var.oke_autoscaler_provision_timeout_minutes
      drain_timeout_minutes                  = var.oke_autoscaler_drain_timeout_minutes
      backoff_minutes                        = var.oke_autoscaler_backoff_minutes
      max_nodes_total                        = var.oke_autoscaler_max_nodes_total
      skip_nodes_with_system_pods            = var.oke_autoscaler_skip_nodes_with_system_pods
      skip_nodes_with_local_storage          = var.oke_autoscaler_skip_nodes_with_local_storage
      skip_nodes_with_custom_controller_pods = var.oke_autoscaler_skip_nodes_with_custom_controller_pods
      min_replica_count                      = var.oke_autoscaler_min_replica_count
      system_pod_disruption_seconds          = var.oke_autoscaler_system_pod_disruption_seconds
      ignore_daemonsets_utilization          = var.oke_autoscaler_ignore_daemonsets_utilization
      expendable_pods_priority_cutoff        = var.oke_autoscaler_expendable_pods_priority_cutoff
      kubernetes_endpoint                    = var.oke_autoscaler_kubernetes_endpoint
      startup_taints                         = var.oke_autoscaler_startup_taints
      dry_run                                = var.oke_autoscaler_dry_run
      enforce_min_size                       = var.oke_autoscaler_enforce_min_size
      schedules                              = var.oke_autoscaler_schedules
      disruption_budget                      = var.oke_autoscaler_disruption_budget
      scheduler_names                        = var.oke_autoscaler_scheduler_names
    } : key => tostring(value) if value != null }
    request-context = { for key, value in {
      publish_metrics = var.request_context_publish_metrics
      oci_endpoint    = var.request_context_oci_endpoint
      ca_certificates = var.request_context_ca_certificates
      greeting        = var.request_context_greeting
    } : key => tostring(value) if value != null }
  }

  required_config = {
    adw-billing     = ["usage_report_bucket"]
    codecard-avatar = []
    oke-autoscaler  = ["cluster_id"]
    request-context = []
  }
}
