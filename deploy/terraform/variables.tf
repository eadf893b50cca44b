# What every deployment decides. The functions' own settings are in functions_variables.tf (rendered).
variable "tenancy_ocid" {
  description = "OCID of the tenancy."
  type        = string
}

variable "region" {
  description = "Region of functions and gateway, such as us-ashburn-1."
  type        = string
}

variable "home_region" {
  description = "The tenancy's home region, where identity is written. Default: region."
  type        = string
  default     = null
}

variable "compartment_ocid" {
  description = "Compartment of everything that this stack makes."
  type        = string
}

variable "identity_domain_name" {
  description = "Name of the identity domain that holds the dynamic groups."
  type        = string
  default     = "Default"
}

variable "deploy_functions" {
  description = "The functions to deploy, by name."
  type        = set(string)
  default     = ["adw-billing", "codecard-avatar", "oke-autoscaler", "request-context"]
}

variable "image_prefix" {
  description = "Registry and repository prefix of the images, such as iad.ocir.io/mytenancy/functions."
  type        = string
}

variable "image_tag" {
  description = "Tag of the images: the version in func-common.yaml."
  type        = string
}

variable "image_signing_key_id" {
  description = "OCID of the Vault key that images are signed with; then only signed images run. Default: no check."
  type        = string
  default     = null
}

variable "application_shape" {
  description = "GENERIC_X86, GENERIC_ARM or GENERIC_X86_ARM."
  type        = string
  default     = "GENERIC_X86"
}

variable "function_subnet_id" {
  description = "Subnet of the functions; it must reach OCI's services, the API of the cluster and the database."
  type        = string
}

variable "gateway_subnet_id" {
  description = "Public subnet of the API gateway, port 443 open to the cards."
  type        = string
}

variable "identity_domain_url" {
  description = "URL of the identity domain whose people may call request-context, https://idcs-….identity.oraclecloud.com."
  type        = string
}

variable "gateway_audience" {
  description = "Primary audience of the confidential application that stands for the gateway in the identity domain."
  type        = string
}

variable "cluster_compartment_ocid" {
  description = "Compartment of the OKE cluster and its node pools. Default: compartment_ocid."
  type        = string
  default     = null
}

variable "node_pool_ids" {
  description = "OCIDs of the node pools that oke-autoscaler may resize, nothing else."
  type        = set(string)
  default     = []
}

variable "cronjob_namespace" {
  description = "Kubernetes namespace of the CronJobs in deploy/kubernetes."
  type        = string
  default     = "oci-functions"
}

variable "cronjob_service_account" {
  description = "Service account of the CronJobs in deploy/kubernetes."
  type        = string
  default     = "function-invoker"
}

variable "cronjob_functions" {
  description = "Functions that the CronJobs of deploy/kubernetes may call, and no others."
  type        = list(string)
  default     = ["adw-billing", "codecard-avatar", "oke-autoscaler", "request-context"]
}

variable "database_compartment_ocid" {
  description = "Compartment of the Autonomous Database. Default: compartment_ocid."
  type        = string
  default     = null
}

variable "vault_compartment_ocid" {
  description = "Compartment of the Vault secrets that the functions read. Default: compartment_ocid."
  type        = string
  default     = null
}

variable "topic_compartment_ocid" {
  description = "Compartment of the Notifications topic that hears of budgets. Default: compartment_ocid."
  type        = string
  default     = null
}

variable "badge_bucket" {
  description = "Name of the bucket that codecard-avatar publishes to; it is made, and readable by anybody, as cards have no credentials."
  type        = string
  default     = "codecard"
}

variable "badge_private_bucket" {
  description = "Name of the bucket of codecard-avatar's registry and background; it is made, and nobody can read it without a policy."
  type        = string
  default     = "codecard-private"
}

variable "adw_billing_schedule" {
  description = "When Resource Scheduler calls adw-billing: cron, UTC, no finer than an hour. Empty: a CronJob does it."
  type        = string
  default     = "17 */6 * * *"
}

variable "log_retention_days" {
  description = "Days that logs are kept, in steps of 30."
  type        = number
  default     = 30
}

variable "alarm_topic_id" {
  description = "OCID of the Notifications topic that alarms go to. Default: no alarms are made."
  type        = string
  default     = null
}
