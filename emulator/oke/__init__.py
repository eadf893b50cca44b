"""One OKE cluster: node pools, work requests, instances and metrics, and the Kubernetes server that they feed."""
