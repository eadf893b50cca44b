# Rendered by `make func-yaml` from func-common.yaml and functions/*/settings.py: do not edit.
variable "adw_billing_memory" {
  description = "Memory of adw-billing in MB; its share of a CPU follows it."
  type        = number
  default     = 512
  validation {
    condition     = contains([128, 256, 512, 1024, 2048, 3072], var.adw_billing_memory)
    error_message = "One of 128, 256, 512, 1024, 2048, 3072."
  }
}

variable "adw_billing_timeout" {
  description = "Seconds after which a call of adw-billing is ended."
  type        = number
  default     = 300
  validation {
    condition     = var.adw_billing_timeout >= 1 && var.adw_billing_timeout <= 300
    error_message = "1 to 300 seconds."
  }
}

variable "adw_billing_publish_metrics" {
  description = "Whether a handful of custom metrics is posted to OCI Monitoring after each call (namespace `functions_suite`; docs/operations.md lists them and the policy). They never make a call fail or late. Default: `false`."
  type        = bool
  default     = null
}

variable "adw_billing_oci_endpoint" {
  description = "Base URL of all OCI services, for the local cloud or a proxy of one's own; plain http for loopback addresses only. Default: the public endpoints of the region."
  type        = string
  default     = null
}

variable "adw_billing_ca_certificates" {
  description = "Authorities of one's own that are trusted beside the public ones, for hosts with a certificate of a private authority: certificates as PEM, where `\\n` stands for a line's end, or the path of a file in the image. A cluster's API server and a database wallet bring their own. Default: none."
  type        = string
  default     = null
}

variable "adw_billing_oci_config_profile" {
  description = "Profile in the OCI configuration file, for a laptop. Default: the function's resource principal."
  type        = string
  default     = null
}

variable "adw_billing_oci_config_file" {
  description = "Path of the OCI configuration file. Default: `~/.oci/config`, read only without a resource principal."
  type        = string
  default     = null
}

variable "adw_billing_usage_report_bucket" {
  description = "OCID of the tenancy whose reports are loaded; it is the name of the bucket in the namespace `bling`. Needed by the function."
  type        = string
  default     = null
}

variable "adw_billing_home_region" {
  description = "The tenancy's home region, such as `us-ashburn-1`; the reports are there only. Default: the function's region."
  type        = string
  default     = null
}

variable "adw_billing_reports" {
  description = "Which reports are loaded: any of `cost`, `focus`, `usage`, separated by commas. Default: all."
  type        = string
  default     = null
}

variable "adw_billing_warehouse" {
  description = "`oracle`, or `duckdb:<path>` for an embedded file on a mounted volume. Default: `oracle` where `db_dsn` is set; there is none otherwise."
  type        = string
  default     = null
}

variable "adw_billing_db_dsn" {
  description = "The database: a TNS name of the wallet (`adw_high`), an EZConnect text or a full descriptor."
  type        = string
  default     = null
}

variable "adw_billing_db_ocid" {
  description = "OCID of the Autonomous Database whose wallet is fetched. Default: no wallet."
  type        = string
  default     = null
}

variable "adw_billing_tns_admin" {
  description = "Folder with `tnsnames.ora` and the wallet; where `db_ocid` is set, the folder the wallet is unpacked to. Default: `/tmp/wallet` with `db_ocid`."
  type        = string
  default     = null
}

variable "adw_billing_db_user" {
  description = "Database user. Not needed with `db_auth` = `iam-token`."
  type        = string
  default     = null
}

variable "adw_billing_db_pass" {
  description = "Password of the database user; `db_pass_secret_id` keeps it out of the config."
  type        = string
  default     = null
  sensitive   = true
}

variable "adw_billing_db_pass_secret_id" {
  description = "OCID of the Vault secret that holds the password."
  type        = string
  default     = null
}

variable "adw_billing_db_auth" {
  description = "How the function logs in. Default: `secret` where `db_pass_secret_id` is set, else `password`."
  type        = string
  default     = null
}

variable "adw_billing_load_mode" {
  description = "Who reads the reports: `function`, or `dbms_cloud`, the Autonomous Database itself with DBMS_CLOUD and its own principal, for those who outgrow one function; what SQL cannot turn exactly is read by the function all the same."
  type        = string
  default     = null
  validation {
    condition     = var.adw_billing_load_mode == null || contains(["function", "dbms_cloud"], coalesce(var.adw_billing_load_mode, "function"))
    error_message = "One of function, dbms_cloud."
  }
}

variable "adw_billing_load_order" {
  description = "Which usage days are loaded first."
  type        = string
  default     = null
  validation {
    condition     = var.adw_billing_load_order == null || contains(["newest-first", "oldest-first"], coalesce(var.adw_billing_load_order, "newest-first"))
    error_message = "One of newest-first, oldest-first."
  }
}

variable "adw_billing_max_rows_per_slice" {
  description = "Rows after which the progress in one large report is kept, where it cannot be finished in one call."
  type        = number
  default     = null
}

variable "adw_billing_deadline_margin_seconds" {
  description = "Seconds before the function's deadline at which no further work is begun."
  type        = number
  default     = null
}

variable "adw_billing_oci_billing_cost_from" {
  description = "First usage day (UTC, YYYY-MM-DD) that cost reports fill in `oci_billing`. Default: the day after its newest row (no later than its reports were written) when the first cost report is loaded, everything where it is empty; stored once."
  type        = string
  default     = null
}

variable "adw_billing_retention_days" {
  description = "Days after which report rows are removed from the typed tables and `oci_billing`; the ledger and `oci_cost_daily` stay. Default: 0, never."
  type        = number
  default     = null
}

variable "adw_billing_tenancies" {
  description = "Further tenancies whose reports go into the same warehouse: OCIDs, each with `@<home region>` where it is another one, separated by commas. One that fails stops no other."
  type        = string
  default     = null
}

variable "adw_billing_reports_namespace" {
  description = "Object Storage namespace of the reports, for copies of them in a bucket of one's own."
  type        = string
  default     = null
}

variable "adw_billing_reports_bucket" {
  description = "Bucket of the reports in `reports_namespace`. Default: the tenancy's OCID."
  type        = string
  default     = null
}

variable "adw_billing_object_filter" {
  description = "Only objects whose name, or the part behind its last `/`, fits this pattern of `*`, `?`, `[…]` are loaded. Default: all."
  type        = string
  default     = null
}

variable "adw_billing_earliest_day" {
  description = "First usage day (UTC, YYYY-MM-DD) that is loaded: objects that were written before it, or lie in the FOCUS folder of an earlier day, are left out. Default: all that `retention_days` would keep."
  type        = string
  default     = null
}

variable "adw_billing_dimensions" {
  description = "What is read beside the reports, once a day, where the policies allow: any of `compartments`, `tenancies`, `subscriptions` (with commitments), `list_prices`, `resources`, separated by commas, or `none`."
  type        = string
  default     = null
}

variable "adw_billing_price_list_url" {
  description = "Address of Oracle's public price list, for `list_prices`; it is asked without a signature."
  type        = string
  default     = null
}

variable "adw_billing_price_list_currencies" {
  description = "Currencies of the list prices, separated by commas."
  type        = string
  default     = null
}

variable "adw_billing_budgets" {
  description = "Amounts a month that are checked after each load: a JSON list of `{\"name\", \"amount\", \"currency\", \"filter\"}`, or `oci://<bucket>@<namespace>/<object>` that holds one. Default: none."
  type        = string
  default     = null
}

variable "adw_billing_notification_topic" {
  description = "OCID of the Notifications topic that hears of budgets, once of each budget, month and kind. Default: none."
  type        = string
  default     = null
}

variable "codecard_avatar_memory" {
  description = "Memory of codecard-avatar in MB; its share of a CPU follows it."
  type        = number
  default     = 256
  validation {
    condition     = contains([128, 256, 512, 1024, 2048, 3072], var.codecard_avatar_memory)
    error_message = "One of 128, 256, 512, 1024, 2048, 3072."
  }
}

variable "codecard_avatar_timeout" {
  description = "Seconds after which a call of codecard-avatar is ended."
  type        = number
  default     = 15
  validation {
    condition     = var.codecard_avatar_timeout >= 1 && var.codecard_avatar_timeout <= 300
    error_message = "1 to 300 seconds."
  }
}

variable "codecard_avatar_publish_metrics" {
  description = "Whether a handful of custom metrics is posted to OCI Monitoring after each call (namespace `functions_suite`; docs/operations.md lists them and the policy). They never make a call fail or late. Default: `false`."
  type        = bool
  default     = null
}

variable "codecard_avatar_oci_endpoint" {
  description = "Base URL of object storage and of OCI Monitoring, for the local cloud or a proxy of one's own; plain http for loopback addresses only. Default: the host of `oss_bucket`, and the region's endpoint."
  type        = string
  default     = null
}

variable "codecard_avatar_ca_certificates" {
  description = "Authorities of one's own that are trusted beside the public ones, for hosts with a certificate of a private authority: certificates as PEM, where `\\n` stands for a line's end, or the path of a file in the image. A cluster's API server and a database wallet bring their own. Default: none."
  type        = string
  default     = null
}

variable "codecard_avatar_apex_url" {
  description = "Address of the card backend (ORDS/APEX), asked with the card's own three headers. Default: none; then `card_registry` or `card_names` is needed."
  type        = string
  default     = null
}

variable "codecard_avatar_card_registry" {
  description = "Name of a JSON object in `private_bucket` that maps card ids to names, or to a card's fields; with a `/` at its end a folder of such objects, for more than 4 MB of cards. Read when `apex_url` is not set. Default: none."
  type        = string
  default     = null
}

variable "codecard_avatar_card_names" {
  description = "JSON map of card id to name, for a handful of cards. Used when neither `apex_url` nor `card_registry` is set. Default: none."
  type        = string
  default     = null
}

variable "codecard_avatar_publish" {
  description = "`bucket` uploads the picture to `oss_bucket`; `inline` needs no bucket: the card fetches the picture from this function, route `…/badge/{picture}`. Default: `bucket`."
  type        = string
  default     = null
  validation {
    condition     = var.codecard_avatar_publish == null || contains(["bucket", "inline"], coalesce(var.codecard_avatar_publish, "bucket"))
    error_message = "One of bucket, inline."
  }
}

variable "codecard_avatar_oss_bucket" {
  description = "The bucket's URL, `https://objectstorage.<region>.oraclecloud.com/n/<namespace>/b/<bucket>` (also the form `https://<namespace>.objectstorage.<region>.oci.customer-oci.com/n/…`): signed with the function's resource principal. Or a pre-authenticated URL of the bucket, `…/p/<token>/n/…/b/…/o/`. Needed by `publish` = `bucket`. It is public, because a card has no credentials."
  type        = string
  default     = null
}

variable "codecard_avatar_private_bucket" {
  description = "The URL of the bucket of `card_registry`, `image_bg_name` and photos, in the same forms; a private one: the registry has people's names. Default: `oss_bucket`, as long as `publish` is `bucket` with a warning in the log."
  type        = string
  default     = null
}

variable "codecard_avatar_public_url" {
  description = "Scheme and host under which cards reach this function, for `publish` = `inline`. Its certificate is looked at on public addresses only. Default: https and the host name that the call was sent to, one of `allowed_hosts`."
  type        = string
  default     = null
}

variable "codecard_avatar_allowed_hosts" {
  description = "Host names, separated by commas, that a call may have come under where `public_url` is not set, for a gateway with several. Default: none; then `publish` = `inline` needs `public_url`."
  type        = string
  default     = null
}

variable "codecard_avatar_image_bg_name" {
  description = "Name of a picture in `private_bucket` that is drawn behind names and identicon: PNG, JPEG, WebP, GIF or BMP, at most 1 MB, best of 264 x 176 pixels (another size is scaled and cut). Default: the built-in background."
  type        = string
  default     = null
}

variable "codecard_avatar_layout" {
  description = "How a badge is laid out: `name-first` (the name as large as it goes), `classic` (as the original drew it), `qr`, `photo` or `details`; a card's own field `layout` goes before it. Default: `classic` where `image_bg_name` is set, since such a background was drawn for it, else `name-first`."
  type        = string
  default     = null
}

variable "codecard_avatar_button_layouts" {
  description = "Layouts by button, such as `a/2=qr,b/1=details`: a label (a, b) and a function (1 is a short press, 2 a long one). Default, for a button that is not named: a/2 `qr` where the card has a text for it, b/1 `details` where it has more than a name, b/2 `photo` where it has one, else `layout`."
  type        = string
  default     = null
}

variable "codecard_avatar_event_name" {
  description = "Name of the event, drawn by the layouts other than `classic` on badges whose card has no `event` of its own. Default: none."
  type        = string
  default     = null
}

variable "codecard_avatar_card_keepers" {
  description = "Who may see and change the registered cards on the badge page: users as their token calls them (`sub`), separated by commas, or `*` for everybody whom the gateway lets in. Default: none; then the page shows no cards."
  type        = string
  default     = null
}

variable "codecard_avatar_page_key" {
  description = "Key of the page's tokens against forgery, at least 32 characters drawn by chance (`openssl rand -hex 32`), needed by `card_keepers`. Default: none."
  type        = string
  default     = null
  sensitive   = true
}

variable "codecard_avatar_identicon_service" {
  description = "Address of an identicon service, asked as `<address>/<name>?s=8&p=30` for at most 0.8 s. The service of the original (`identicon-1132.appspot.com`) is gone: set to it, the key counts as not set. Default: drawn here."
  type        = string
  default     = null
}

variable "oke_autoscaler_memory" {
  description = "Memory of oke-autoscaler in MB; its share of a CPU follows it."
  type        = number
  default     = 256
  validation {
    condition     = contains([128, 256, 512, 1024, 2048, 3072], var.oke_autoscaler_memory)
    error_message = "One of 128, 256, 512, 1024, 2048, 3072."
  }
}

variable "oke_autoscaler_timeout" {
  description = "Seconds after which a call of oke-autoscaler is ended."
  type        = number
  default     = 120
  validation {
    condition     = var.oke_autoscaler_timeout >= 1 && var.oke_autoscaler_timeout <= 300
    error_message = "1 to 300 seconds."
  }
}

variable "oke_autoscaler_publish_metrics" {
  description = "Whether a handful of custom metrics is posted to OCI Monitoring after each call (namespace `functions_suite`; docs/operations.md lists them and the policy). They never make a call fail or late. Default: `false`."
  type        = bool
  default     = null
}

variable "oke_autoscaler_oci_endpoint" {
  description = "Base URL of all OCI services, for the local cloud or a proxy of one's own; plain http for loopback addresses only. Default: the public endpoints of the region."
  type        = string
  default     = null
}

variable "oke_autoscaler_ca_certificates" {
  description = "Authorities of one's own that are trusted beside the public ones, for hosts with a certificate of a private authority: certificates as PEM, where `\\n` stands for a line's end, or the path of a file in the image. A cluster's API server and a database wallet bring their own. Default: none."
  type        = string
  default     = null
}

variable "oke_autoscaler_oci_config_profile" {
  description = "Profile in the OCI configuration file, for a laptop. Default: the function's resource principal."
  type        = string
  default     = null
}

variable "oke_autoscaler_oci_config_file" {
  description = "Path of the OCI configuration file. Default: `~/.oci/config`, read only without a resource principal."
  type        = string
  default     = null
}

variable "oke_autoscaler_cluster_id" {
  description = "OCID of the OKE cluster. Needed by the function."
  type        = string
  default     = null
}

variable "oke_autoscaler_node_pool_id" {
  description = "OCID of the node pool, or several separated by commas (then all have the same bounds)."
  type        = string
  default     = null
}

variable "oke_autoscaler_node_pool_eval_window" {
  description = "Minutes over which the pool's average load is taken. Default: 10."
  type        = number
  default     = null
}

variable "oke_autoscaler_node_pool_min_size" {
  description = "Nodes that a pool never falls below. Needed with `node_pool_id`."
  type        = number
  default     = null
}

variable "oke_autoscaler_node_pool_max_size" {
  description = "Nodes that a pool never grows beyond. Needed with `node_pool_id`."
  type        = number
  default     = null
}

variable "oke_autoscaler_node_pool_eval_cpu_load" {
  description = "Average CPU load in percent below which the pool may shrink; 0 = off. It is asked anew before each node, with the load of the nodes before it moved to the others; a removal may pass it, but not fill the pool to more than 90 %. Pools grow by what pods request, never by load. Default: 0."
  type        = number
  default     = null
}

variable "oke_autoscaler_node_pool_eval_ram_load" {
  description = "The same for memory; 0 = off. With both loads 0 there is no scale-down at all. Default: 0."
  type        = number
  default     = null
}

variable "oke_autoscaler_secret_id" {
  description = "OCID of the Vault secret with a service-account token. Default: none, a token is signed with the function's own resource principal."
  type        = string
  default     = null
}

variable "oke_autoscaler_node_pools" {
  description = "JSON list `[{\"id\", \"min_size\", \"max_size\", \"cost\", \"priority\"}]` instead of `node_pool_id`, `node_pool_min_size` and `node_pool_max_size`. `cost` of a node defaults to 25 per vCPU + 3 per GiB; a higher `priority` decides between plans of equal cost and size. `schedules` as the key of that name; `node_utilization_percent`, `unneeded_minutes`, `unready_minutes`, `eval_cpu_load` and `eval_ram_load` are the pool's own thresholds instead of those of the keys below and of `node_pool_eval_…`; both loads 0: no scale-down of that pool. `resources` (`{\"memory\": \"27Gi\", \"nvidia.com/gpu\": 8}`) states what a new node offers to pods, until one is seen."
  type        = string
  default     = null
}

variable "oke_autoscaler_node_pool_tag" {
  description = "Tag `key=value`, several joined by `&`, instead of a list of OCIDs: every node pool of the cluster that has it is managed, from the tick on that finds it. `namespace.key=value` is a defined tag. A pool's freeform tags `minSize` and `maxSize` come before `node_pool_min_size` and `node_pool_max_size`, as with Cluster Autoscaler. Default: none."
  type        = string
  default     = null
}

variable "oke_autoscaler_node_pool_compartment_id" {
  description = "OCID of the compartment in which pools are looked for by `node_pool_tag`. Default: the cluster's."
  type        = string
  default     = null
}

variable "oke_autoscaler_expander" {
  description = "Which pools new nodes come from. `least-cost`: the plan over all pools that costs least, `priority` deciding between equals. `priority`: the pool of the highest `priority` that can take the pods is used, whatever it costs, and the next one takes what it cannot: at its maximum, without capacity, or too small. Default: least-cost."
  type        = string
  default     = null
  validation {
    condition     = var.oke_autoscaler_expander == null || contains(["least-cost", "priority"], coalesce(var.oke_autoscaler_expander, "least-cost"))
    error_message = "One of least-cost, priority."
  }
}

variable "oke_autoscaler_headroom" {
  description = "JSON list `[{\"cpu\": \"500m\", \"memory\": \"1Gi\", \"count\": 4, \"node_selector\": {…}, \"tolerations\": […]}]` of pods that must always fit somewhere, at once: nodes are bought and kept for them, pods that run take their room, and no answer counts them as pending. Selector and tolerations may be left out. Default: none."
  type        = string
  default     = null
}

variable "oke_autoscaler_replace_saving_percent" {
  description = "Replace a node whose pods fit on a new node of another pool that costs so many percent less: the new node first, then the drain, one at a time; where they fit on nodes that are there, none is bought. 0 = off. Each one moves pods; read docs/node-pools.md before. Default: 0."
  type        = number
  default     = null
}

variable "oke_autoscaler_node_pool_stabilization_window" {
  description = "Minutes after a pool's newest node became ready in which the pool is left alone. Default: 3."
  type        = number
  default     = null
}

variable "oke_autoscaler_node_utilization_percent" {
  description = "Requests in percent of a node's allocatable up to which the node may be removed. Default: 50."
  type        = number
  default     = null
}

variable "oke_autoscaler_unneeded_minutes" {
  description = "Minutes that a node must have been unneeded before it is removed. Default: 10."
  type        = number
  default     = null
}

variable "oke_autoscaler_unready_minutes" {
  description = "The same for a node that is not ready. Default: 20."
  type        = number
  default     = null
}

variable "oke_autoscaler_provision_timeout_minutes" {
  description = "Minutes within which a node that was asked for has to register. Default: 15."
  type        = number
  default     = null
}

variable "oke_autoscaler_drain_timeout_minutes" {
  description = "Minutes without a pod evicted or gone after which a drain is given up and the node is put back. Default: 15."
  type        = number
  default     = null
}

variable "oke_autoscaler_backoff_minutes" {
  description = "Minutes for which a pool without capacity is left alone, doubling to 30. Default: 5."
  type        = number
  default     = null
}

variable "oke_autoscaler_max_nodes_total" {
  description = "Nodes of the whole cluster beyond which no pool grows; 0 = none. Default: 0."
  type        = number
  default     = null
}

variable "oke_autoscaler_skip_nodes_with_system_pods" {
  description = "Keep a node that runs pods of kube-system without a disruption budget. Default: true."
  type        = bool
  default     = null
}

variable "oke_autoscaler_skip_nodes_with_local_storage" {
  description = "Keep a node whose pods use emptyDir or hostPath volumes. Default: true."
  type        = bool
  default     = null
}

variable "oke_autoscaler_skip_nodes_with_custom_controller_pods" {
  description = "Keep a node whose pods belong to controllers of other kinds than Kubernetes' own. Default: true."
  type        = bool
  default     = null
}

variable "oke_autoscaler_min_replica_count" {
  description = "Replicas that a ReplicaSet or ReplicationController must have for its pods to be moved. Default: 0."
  type        = number
  default     = null
}

variable "oke_autoscaler_system_pod_disruption_seconds" {
  description = "Age in seconds from which a kube-system pod without a budget may be moved all the same. Default: 3600."
  type        = number
  default     = null
}

variable "oke_autoscaler_ignore_daemonsets_utilization" {
  description = "Leave DaemonSet pods out of a node's utilisation. Default: false."
  type        = bool
  default     = null
}

variable "oke_autoscaler_expendable_pods_priority_cutoff" {
  description = "Pods of lower priority never cause a node to be bought or kept. `fn config` takes no value that begins with a hyphen: write `minus 20`. Default: -10."
  type        = number
  default     = null
}

variable "oke_autoscaler_kubernetes_endpoint" {
  description = "Which address of the API server is called. Default: private."
  type        = string
  default     = null
  validation {
    condition     = var.oke_autoscaler_kubernetes_endpoint == null || contains(["private", "public"], coalesce(var.oke_autoscaler_kubernetes_endpoint, "private"))
    error_message = "One of private, public."
  }
}

variable "oke_autoscaler_startup_taints" {
  description = "Taints that go by themselves once a node has started, separated by commas: keys, or prefixes that end in `*` or `/`. A young node with one of them counts as coming. Cluster Autoscaler's own prefixes, and taints that older nodes of the pool lack, need not be named. Default: none."
  type        = string
  default     = null
}

variable "oke_autoscaler_dry_run" {
  description = "Decide and answer, but change nothing. Default: false."
  type        = bool
  default     = null
}

variable "oke_autoscaler_enforce_min_size" {
  description = "Grow a pool that is below its minimum size to it, pods or not. Default: true with `node_pools`; false with `node_pool_id`, where the minimum has always been the size that a pool is not shrunk below, and where operators may have made a pool smaller by hand."
  type        = bool
  default     = null
}

variable "oke_autoscaler_schedules" {
  description = "JSON list `[{\"schedule\": \"0 7 * * mon-fri\", \"duration\": \"12h\", \"timezone\": \"Europe/Zurich\", \"min_size\": 4, \"max_size\": 30}]` of windows in which other sizes hold than `node_pool_min_size` and `node_pool_max_size`, for the pools of `node_pool_id`; in `node_pools` each entry has its own. The first open window counts. With `enforce_min_size` a pool grows as a window opens. None ever shrinks at once: when a maximum falls below the size, the pool takes no more nodes and idle ones go by the usual rules, since pods that run were placed by a rule that held then. Default: none."
  type        = string
  default     = null
}

variable "oke_autoscaler_disruption_budget" {
  description = "Nodes of a pool that may be on their way out at a time, nodes that are not ready among them: `10%` (rounded up), `2`, or a JSON list such as `[{\"nodes\": \"0\", \"schedule\": \"0 9 * * mon-fri\", \"duration\": \"8h\", \"timezone\": \"Europe/Zurich\"}]`, of which the most restrictive entry in force holds; where none is, the default does. Default: 10%."
  type        = string
  default     = null
}

variable "oke_autoscaler_scheduler_names" {
  description = "Schedulers, separated by commas, whose pods are bought for as soon as they wait. A pod of another scheduler is left to it until it has the condition Unschedulable. Default: default-scheduler."
  type        = string
  default     = null
}

variable "request_context_memory" {
  description = "Memory of request-context in MB; its share of a CPU follows it."
  type        = number
  default     = 128
  validation {
    condition     = contains([128, 256, 512, 1024, 2048, 3072], var.request_context_memory)
    error_message = "One of 128, 256, 512, 1024, 2048, 3072."
  }
}

variable "request_context_timeout" {
  description = "Seconds after which a call of request-context is ended."
  type        = number
  default     = 10
  validation {
    condition     = var.request_context_timeout >= 1 && var.request_context_timeout <= 300
    error_message = "1 to 300 seconds."
  }
}

variable "request_context_publish_metrics" {
  description = "Whether a handful of custom metrics is posted to OCI Monitoring after each call (namespace `functions_suite`; docs/operations.md lists them and the policy). They never make a call fail or late. Default: `false`."
  type        = bool
  default     = null
}

variable "request_context_oci_endpoint" {
  description = "Base URL of OCI Monitoring, for the local cloud or a proxy of one's own; plain http for loopback addresses only. Default: the region's public endpoint."
  type        = string
  default     = null
}

variable "request_context_ca_certificates" {
  description = "Authorities of one's own that are trusted beside the public ones, for hosts with a certificate of a private authority: certificates as PEM, where `\\n` stands for a line's end, or the path of a file in the image. A cluster's API server and a database wallet bring their own. Default: none."
  type        = string
  default     = null
}

variable "request_context_greeting" {
  description = "First word of `Message`. Default: `Hello`."
  type        = string
  default     = null
}
