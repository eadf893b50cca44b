"""The config keys of request-context."""

from __future__ import annotations

from dataclasses import dataclass

from shared.metrics_settings import MetricsSettings


@dataclass(frozen=True)
class Settings(MetricsSettings):
    """What the function itself reads; every other key is only shown."""

    greeting: str = "Hello"
    """First word of `Message`. Default: `Hello`."""
