"""Entry point of adw-billing for the FDK."""

from functions.adw_billing.serve import serve
from functions.adw_billing.settings import Settings
from shared.handler import fdk_handler

handler = fdk_handler("adw-billing", Settings, serve)
