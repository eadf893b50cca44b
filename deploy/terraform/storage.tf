# The bucket of the badges: a card has no credentials, so an object can be read by who knows its name, and not listed.
data "oci_objectstorage_namespace" "tenancy" {
  compartment_id = var.tenancy_ocid
}

resource "oci_objectstorage_bucket" "badges" {
  compartment_id = var.compartment_ocid
  namespace      = data.oci_objectstorage_namespace.tenancy.namespace
  name           = var.badge_bucket
  access_type    = "ObjectReadWithoutList"
  versioning     = "Disabled"
}

# Registry and background: they have people's names, so only the function reads them.
resource "oci_objectstorage_bucket" "private" {
  compartment_id = var.compartment_ocid
  namespace      = data.oci_objectstorage_namespace.tenancy.namespace
  name           = var.badge_private_bucket
  access_type    = "NoPublicAccess"
  versioning     = "Disabled"
}
