"""Entry point of codecard-avatar for the FDK."""

from functions.codecard_avatar.serve import Settings, on_error, serve
from shared.handler import fdk_handler

handler = fdk_handler("codecard-avatar", Settings, serve, on_error=on_error, metrics_until_seconds=3.0)
