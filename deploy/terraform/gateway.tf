# The API gateway; its routes are deploy/api-gateway.json, the very file that the local cloud serves.
locals {
  gateway_functions = toset([for route in jsondecode(file("${path.module}/../api-gateway.json")).routes : trim(route.backend.functionId, "$${}")])

  # A route whose function is not deployed is left out.
  gateway = jsondecode(templatefile("${path.module}/../api-gateway.json", merge(
    { for name in local.gateway_functions : name => try(oci_functions_function.suite[name].id, "") },
    { identity_domain = var.identity_domain_url, gateway_audience = var.gateway_audience },
  )))
  gateway_routes = [for route in local.gateway.routes : route if route.backend.functionId != ""]
  gateway_token  = local.gateway.requestPolicies.authentication
}

resource "oci_apigateway_gateway" "suite" {
  compartment_id = var.compartment_ocid
  display_name   = "oci-functions"
  endpoint_type  = "PUBLIC"
  subnet_id      = var.gateway_subnet_id
}

resource "oci_apigateway_deployment" "suite" {
  compartment_id = var.compartment_ocid
  display_name   = "oci-functions"
  gateway_id     = oci_apigateway_gateway.suite.id
  path_prefix    = "/"

  specification {
    request_policies {
      rate_limiting {
        rate_in_requests_per_second = local.gateway.requestPolicies.rateLimiting.rateInRequestsPerSecond
        rate_key                    = local.gateway.requestPolicies.rateLimiting.rateKey
      }
      authentication {
        type                        = local.gateway_token.type
        token_header                = local.gateway_token.tokenHeader
        token_auth_scheme           = local.gateway_token.tokenAuthScheme
        is_anonymous_access_allowed = local.gateway_token.isAnonymousAccessAllowed
        max_clock_skew_in_seconds   = local.gateway_token.maxClockSkewInSeconds
        validation_policy {
          type                        = local.gateway_token.validationPolicy.type
          uri                         = local.gateway_token.validationPolicy.uri
          is_ssl_verify_disabled      = local.gateway_token.validationPolicy.isSslVerifyDisabled
          max_cache_duration_in_hours = local.gateway_token.validationPolicy.maxCacheDurationInHours
          additional_validation_policy {
            issuers   = local.gateway_token.validationPolicy.additionalValidationPolicy.issuers
            audiences = local.gateway_token.validationPolicy.additionalValidationPolicy.audiences
          }
        }
      }
    }

    logging_policies {
      access_log {
        is_enabled = local.gateway.loggingPolicies.accessLog.isEnabled
      }
      execution_log {
        is_enabled = local.gateway.loggingPolicies.executionLog.isEnabled
        log_level  = local.gateway.loggingPolicies.executionLog.logLevel
      }
    }

    dynamic "routes" {
      for_each = local.gateway_routes
      content {
        path    = routes.value.path
        methods = routes.value.methods
        backend {
          type        = routes.value.backend.type
          function_id = routes.value.backend.functionId
        }
        request_policies {
          authorization {
            type = routes.value.requestPolicies.authorization.type
          }
          dynamic "header_validations" {
            for_each = try([routes.value.requestPolicies.headerValidations], [])
            content {
              validation_mode = header_validations.value.validationMode
              dynamic "headers" {
                for_each = header_validations.value.headers
                content {
                  name     = headers.value.name
                  required = headers.value.required
                }
              }
            }
          }
          dynamic "header_transformations" {
            for_each = try([routes.value.requestPolicies.headerTransformations], [])
            content {
              dynamic "set_headers" {
                for_each = try([header_transformations.value.setHeaders], [])
                content {
                  dynamic "items" {
                    for_each = set_headers.value.items
                    content {
                      name      = items.value.name
                      values    = items.value.values
                      if_exists = items.value.ifExists
                    }
                  }
                }
              }
              dynamic "filter_headers" {
                for_each = try([header_transformations.value.filterHeaders], [])
                content {
                  type = filter_headers.value.type
                  dynamic "items" {
                    for_each = filter_headers.value.items
                    content {
                      name = items.value.name
                    }
                  }
                }
              }
            }
          }
          dynamic "body_validation" {
            for_each = try([routes.value.requestPolicies.bodyValidation], [])
            content {
              required        = body_validation.value.required
              validation_mode = body_validation.value.validationMode
              dynamic "content" {
                for_each = body_validation.value.content
                content {
                  media_type      = content.key
                  validation_type = content.value.validationType
                }
              }
            }
          }
        }
      }
    }
  }
}
