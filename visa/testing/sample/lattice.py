"""Powder lines of a crystal: where they are and how strong, from its cell and its atoms. Lengths in Å.

Hexagonal cells (a = b, 120°) and cubic ones, which are all that the sample needs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visa.testing.sample.run import Floats

Numbers = NDArray[np.int_]


@dataclass(frozen=True)
class Crystal:
    """A cell and its atoms, each (x, y, z, scattering strength). `cubic`: c and 120° are not used."""

    a: float
    c: float
    atoms: tuple[tuple[float, float, float, float], ...]
    cubic: bool = False
    damping: float = 0.5
    """Displacement factor B in Å²."""

    def lines(self, shortest: float, longest: float) -> tuple[Floats, Floats]:
        """Spacings d and powers (multiplicity × |F|²) of all lines between two spacings, longest d first."""
        reach = int(np.ceil(max(self.a, self.c) / shortest)) + 1
        steps = np.arange(-reach, reach + 1)
        h, k, m = (axis.ravel() for axis in np.meshgrid(steps, steps, steps, indexing="ij"))
        inverse = self._inverse_d_squared(h, k, m)
        near = (inverse > longest**-2) & (inverse < shortest**-2)
        h, k, m, inverse = h[near], k[near], m[near], inverse[near]
        factor = sum(f * np.exp(2j * np.pi * (h * x + k * y + m * z)) for x, y, z, f in self.atoms)
        power = np.abs(factor) ** 2 * np.exp(-self.damping * inverse / 2)
        same, place = np.unique(np.round(inverse, 7), return_inverse=True)
        total = np.bincount(place, weights=power)
        kept = total > 1e-4 * total.max()
        return same[kept] ** -0.5, total[kept]

    def _inverse_d_squared(self, h: Numbers, k: Numbers, m: Numbers) -> Floats:
        if self.cubic:
            return np.asarray((h**2 + k**2 + m**2) / self.a**2, dtype=np.float64)
        return np.asarray(4 / 3 * (h**2 + h * k + k**2) / self.a**2 + m**2 / self.c**2, dtype=np.float64)


FCC = ((0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0))


def aluminium() -> Crystal:
    """The current collector of a battery."""
    return Crystal(4.0495, 4.0495, tuple((x, y, z, 13.0) for x, y, z in FCC), cubic=True, damping=0.9)


def silicon() -> Crystal:
    """What diffractometers are calibrated with."""
    atoms = tuple((x + shift, y + shift, z + shift, 14.0) for x, y, z in FCC for shift in (0.0, 0.25))
    return Crystal(5.43123, 5.43123, atoms, cubic=True, damping=0.5)


def sodium_manganate(a: float, c: float, sodium: float) -> Crystal:
    """The P2 layered oxide Na_x MnO2 (P6_3/mmc): manganese sheets, oxygen above and below, sodium between."""
    z = 0.0905
    metal = ((0.0, 0.0, 0.0, 25.0), (0.0, 0.0, 0.5, 25.0))
    oxygen = tuple(
        (x, 1 - x, height, 8.0) for x, height in ((1 / 3, z), (2 / 3, z + 0.5), (2 / 3, -z), (1 / 3, 0.5 - z))
    )
    between = tuple(
        (x, y, height, 11.0 * sodium * share)
        for x, y, height, share in (
            (0, 0, 0.25, 0.4),
            (0, 0, 0.75, 0.4),
            (2 / 3, 1 / 3, 0.25, 0.6),
            (1 / 3, 2 / 3, 0.75, 0.6),
        )
    )
    return Crystal(a, c, (*metal, *oxygen, *between), damping=1.6)


def heavy_ice(a: float, c: float) -> Crystal:
    """Hexagonal ice of D2O (P6_3/mmc) with neutron scattering lengths in fm; each deuteron half at two places."""
    oxygen, deuterium, x, z = 5.803, 6.671 / 2, 0.455, 0.0179

    def pair(height: float, strength: float) -> list[tuple[float, float, float, float]]:
        places = ((1 / 3, height), (2 / 3, height + 0.5), (2 / 3, -height), (1 / 3, 0.5 - height))
        return [(u, 1 - u, w, strength) for u, w in places]

    sheet = ((x, 2 * x), (-2 * x, -x), (x, -x))
    twelve = [
        (sign * u, sign * v, w, deuterium)
        for u, v in sheet
        for sign, w in ((1, z), (-1, z + 0.5), (-1, -z), (1, 0.5 - z))
    ]
    return Crystal(a, c, (*pair(0.0622, oxygen), *pair(0.199, deuterium), *twelve), damping=2.2)
