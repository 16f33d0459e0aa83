"""Settings of a service with imports."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class ImportSettings(BaseSettings):
    """To be inherited beside ServiceSettings."""

    import_max_bytes: int = Field(
        default=200 * 1024 * 1024, ge=1024, description="largest file that can be imported"
    )
