"""Entry point of oke-autoscaler for the FDK."""

from functions.oke_autoscaler.serve import on_tick_error, serve
from functions.oke_autoscaler.settings import Settings
from shared.handler import fdk_handler

handler = fdk_handler("oke-autoscaler", Settings, serve, on_error=on_tick_error)
