"""OCI API Gateway as far as a deployment specification describes it."""
