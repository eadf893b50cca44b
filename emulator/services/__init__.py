"""One module a service of the local cloud; each exposes a `Service` that `emulator.cloud.Cloud` mounts."""
