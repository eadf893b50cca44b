"""Entry point of adw-billing for the FDK."""

from functions.adw_billing.serve import on_load_error, serve
from functions.adw_billing.settings import Settings
from shared.handler import fdk_handler

handler = fdk_handler("adw-billing", Settings, serve, on_error=on_load_error)
