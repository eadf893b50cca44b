# A cluster by `oke cluster create`, its node pool read by Terraform's external data source, and the autoscaler for it.
# The command takes up what is there: a second apply, or one after an interrupted one, makes nothing twice.
locals {
  create = [
    var.command, "oke", "cluster", "create",
    "--name", var.cluster_name,
    "--compartment", var.compartment_ocid,
    "--vcn", var.vcn_id,
    "--endpoint-subnet", var.endpoint_subnet_id,
    "--lb-subnet", var.lb_subnet_id,
    "--worker-subnet", var.worker_subnet_id,
    "--size", tostring(var.nodes),
    "--wait-nodes-active", "false",
    "--config-dir", var.config_dir,
    "--region", var.region,
  ]
}

# No shell reads the words: they are given to the program as they are. The answer is in nodepool.json.
resource "terraform_data" "cluster" {
  input = var.cluster_name

  provisioner "local-exec" {
    interpreter = local.create
    command     = "--timeout=3600"
  }
}

# Waits until all nodes are up; the apply ends with the reason if one cannot come.
data "external" "node_pool" {
  program = [var.command, "oke", "node-pool", "get", "--terraform-external", "--region", var.region]

  query = {
    config_dir        = var.config_dir
    wait_nodes_active = "all"
  }

  depends_on = [terraform_data.cluster]
}

module "functions" {
  source = "../../deploy/terraform"

  tenancy_ocid        = var.tenancy_ocid
  region              = var.region
  compartment_ocid    = var.compartment_ocid
  deploy_functions    = ["oke-autoscaler"]
  image_prefix        = var.image_prefix
  image_tag           = var.image_tag
  function_subnet_id  = var.function_subnet_id
  gateway_subnet_id   = var.gateway_subnet_id
  identity_domain_url = var.identity_domain_url
  gateway_audience    = var.gateway_audience
  node_pool_ids       = [data.external.node_pool.result.nodePoolId]

  oke_autoscaler_cluster_id         = data.external.node_pool.result.clusterId
  oke_autoscaler_node_pool_id       = data.external.node_pool.result.nodePoolId
  oke_autoscaler_node_pool_min_size = var.nodes
  oke_autoscaler_node_pool_max_size = var.max_nodes
}
