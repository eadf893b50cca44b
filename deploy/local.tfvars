# What `oci-functions cloud deploy` deploys with: the same variables as a tenancy's terraform.tfvars. The local cloud fills in
# @endpoint@, @tenancy@, @compartment@, @namespace@, @cluster@, @node_pool@ and @folder@.
tenancy_ocid        = "@tenancy@"
region              = "us-ashburn-1"
compartment_ocid    = "@compartment@"
image_prefix        = "iad.ocir.io/local/functions"
image_tag           = "@version@"
function_subnet_id  = "ocid1.subnet.oc1.iad.local"
gateway_subnet_id   = "ocid1.subnet.oc1.iad.local"
identity_domain_url = "@endpoint@"
gateway_audience    = "https://gateway.local"
node_pool_ids       = ["@node_pool@"]

oke_autoscaler_cluster_id              = "@cluster@"
oke_autoscaler_node_pool_id            = "@node_pool@"
oke_autoscaler_node_pool_min_size      = 1
oke_autoscaler_node_pool_max_size      = 6
oke_autoscaler_node_pool_eval_cpu_load = 20
oke_autoscaler_node_pool_eval_ram_load = 20
oke_autoscaler_kubernetes_endpoint     = "public"
oke_autoscaler_oci_endpoint            = "@endpoint@"
oke_autoscaler_publish_metrics         = true

adw_billing_usage_report_bucket = "@tenancy@"
adw_billing_home_region         = "us-ashburn-1"
adw_billing_warehouse           = "duckdb:@folder@/billing.duckdb"
adw_billing_oci_endpoint        = "@endpoint@"
adw_billing_publish_metrics     = true

codecard_avatar_apex_url        = "@endpoint@/ords/codecard/master/cc"
codecard_avatar_oss_bucket      = "@endpoint@/n/@namespace@/b/codecard"
codecard_avatar_private_bucket  = "@endpoint@/n/@namespace@/b/codecard-private"
codecard_avatar_oci_endpoint    = "@endpoint@"
codecard_avatar_publish_metrics = true

request_context_oci_endpoint    = "@endpoint@"
request_context_publish_metrics = true
