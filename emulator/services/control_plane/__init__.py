"""What has been deployed: policies, groups, images, gateways."""
