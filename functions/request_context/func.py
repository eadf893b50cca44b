"""Entry point of request-context for the FDK."""

from functions.request_context.serve import Settings, serve
from shared.handler import fdk_handler

handler = fdk_handler("request-context", Settings, serve)
