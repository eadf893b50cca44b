variable "command" {
  description = "Path of the command oci-functions, as seen from this folder."
  type        = string
  default     = "../../.venv/bin/oci-functions"
}

variable "config_dir" {
  description = "Folder for kubeconfig and nodepool.json."
  type        = string
  default     = ".okectl"
}

variable "cluster_name" {
  description = "Name of the cluster and of its node pool."
  type        = string
  default     = "prod"
}

variable "tenancy_ocid" {
  description = "OCID of the tenancy."
  type        = string
}

variable "region" {
  description = "Region of everything, such as us-ashburn-1."
  type        = string
}

variable "compartment_ocid" {
  description = "Compartment of the cluster and of the functions."
  type        = string
}

variable "vcn_id" {
  description = "The network that all subnets are in."
  type        = string
}

variable "endpoint_subnet_id" {
  description = "Subnet of the API server."
  type        = string
}

variable "lb_subnet_id" {
  description = "Subnet of load balancers."
  type        = string
}

variable "worker_subnet_id" {
  description = "Subnet of the nodes."
  type        = string
}

variable "function_subnet_id" {
  description = "Subnet of the functions; it must reach the cluster's API server."
  type        = string
}

variable "gateway_subnet_id" {
  description = "Subnet of the API gateway."
  type        = string
}

variable "nodes" {
  description = "Nodes that the cluster begins with, and that the autoscaler never goes below."
  type        = number
  default     = 1
}

variable "max_nodes" {
  description = "Nodes that the autoscaler may have at most."
  type        = number
  default     = 6
}

variable "image_prefix" {
  description = "Registry and repository prefix of the functions' images."
  type        = string
}

variable "image_tag" {
  description = "Tag of the images: the version in func-common.yaml."
  type        = string
}

variable "identity_domain_url" {
  description = "URL of the identity domain whose tokens the gateway checks."
  type        = string
}

variable "gateway_audience" {
  description = "Audience of these tokens."
  type        = string
}
