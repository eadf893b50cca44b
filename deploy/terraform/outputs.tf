# Lines to paste. `terraform -chdir=deploy/terraform output -raw NAME` prints one without quotes.
output "functions_env" {
  description = "Contents of deploy/kubernetes/cronjobs/functions.env."
  value       = join("\n", [for name, each in oci_functions_function.suite : "${name}=${each.id}"])
}

output "invoke_commands" {
  description = "One command a function that calls it and prints its answer."
  value = {
    for name, each in oci_functions_function.suite :
    name => "oci fn function invoke --function-id ${each.id} --file - --body ''"
  }
}

output "card_url" {
  description = "What a card's button is set to (`buttona1=`): at most 99 characters."
  value       = "https://${oci_apigateway_gateway.suite.hostname}/codecard/avatar"
}

output "card_command" {
  description = "Asks for a badge as a card does; expects one flat JSON object."
  value       = "curl -sS -X POST -H 'X-CODECARD-ID: CC50E3CCBFFF' -H 'X-CODECARD-BUTTON-LABEL: a' -H 'X-CODECARD-BUTTON-FUNCTION: 1' https://${oci_apigateway_gateway.suite.hostname}/codecard/avatar"
}

output "bucket_url" {
  description = "The bucket of the badges, which codecard-avatar is told by the stack."
  value       = local.bucket_urls["oss_bucket"]
}

output "private_bucket_url" {
  description = "The private bucket, for card_registry and image_bg_name."
  value       = local.bucket_urls["private_bucket"]
}

output "logs_command" {
  description = "The last hour of the functions' log."
  value       = "oci logging-search search-logs --search-query 'search \"${var.compartment_ocid}/${oci_logging_log_group.suite.id}/${oci_logging_log.suite["functions"].id}\" | sort by datetime desc' --time-start $(python3 -c 'import time; print(time.strftime(\"%Y-%m-%dT%H:%M:%SZ\", time.gmtime(time.time() - 3600)))') --time-end $(date -u +%Y-%m-%dT%H:%M:%SZ)"
}
