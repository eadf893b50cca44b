"""Generated files: func.yaml, Terraform, requirements, tables in the docs."""
