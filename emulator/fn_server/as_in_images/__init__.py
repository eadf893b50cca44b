"""On the path of function processes, where Python looks for its `sitecustomize`; imports nothing."""
