"""What a measurement is told when it writes its files."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from visa.testing.sample.experiments import SampleExperiment

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """One experiment being measured. `rng` is its own, so that its files do not depend on others'."""

    experiment: SampleExperiment
    begins: datetime
    rng: np.random.Generator

    def at(self, seconds: float) -> datetime:
        """A moment so many seconds after the first file was begun."""
        return self.begins + timedelta(seconds=round(seconds))
