output "worker_node_ip" {
  description = "Address of a node: the public one where there is one."
  value       = data.external.node_pool.result.workerNodeIp
}

output "nodes" {
  description = "How many nodes are up, of how many."
  value       = "${data.external.node_pool.result.activeNodeCount} of ${data.external.node_pool.result.size}"
}

output "kubeconfig" {
  description = "For kubectl."
  value       = "${var.config_dir}/kubeconfig"
}

output "delete_command" {
  description = "Deletes the cluster; `terraform destroy` deletes the functions and leaves it."
  value       = "${var.command} oke cluster delete --cluster ${data.external.node_pool.result.clusterId}"
}
