"""OCI API Gateway as far as a deployment specification describes it.

May import fn_server, services.identity and base.
"""
