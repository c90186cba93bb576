"""Types of fields that several JSON objects have, with their limits and examples."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Probability = Annotated[float, Field(ge=0, le=1, examples=[0.73])]
Share = Annotated[float, Field(ge=0, le=1, examples=[0.31])] | None
Count = Annotated[int, Field(ge=0, examples=[120])]
Number = Annotated[float, Field(examples=[1250.5])] | None
Money = Annotated[float, Field(examples=[1250.0])]
Seconds = Annotated[float, Field(description="Seconds since 1970, in UTC.", examples=[1764100000.5])]
