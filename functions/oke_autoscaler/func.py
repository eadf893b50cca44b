"""Entry point of oke-autoscaler for the FDK."""

from functions.oke_autoscaler.serve import serve
from functions.oke_autoscaler.settings import Settings
from shared.handler import fdk_handler

handler = fdk_handler("oke-autoscaler", Settings, serve)
