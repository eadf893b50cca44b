# Works as a stack of Resource Manager and with the terraform command. The zip's root is deploy/, because
# api-gateway.json lies there: working directory terraform/.
terraform {
  required_version = ">= 1.2"
  required_providers {
    oci = {
      source  = "oracle/oci"
      version = ">= 6.0"
    }
  }
}

provider "oci" {
  tenancy_ocid = var.tenancy_ocid
  region       = var.region
}

# Dynamic groups and policies can be written in the tenancy's home region only.
provider "oci" {
  alias        = "home"
  tenancy_ocid = var.tenancy_ocid
  region       = coalesce(var.home_region, var.region)
}
