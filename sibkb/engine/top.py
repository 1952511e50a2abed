"""The best passages out of a list that can only be asked from its top."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from sibkb.engine.tables import Rows

Scores = npt.NDArray[np.float64]
Fetch = Callable[[int], tuple[Rows, Scores]]
"""How many -> that many of the best, falling."""

_DIGITS: Final = 4
"""Libraries add up in different orders with and without a filter; beyond this, equal scores would differ."""


def rounded(scores: npt.ArrayLike) -> Scores:
    """Scores as they are compared and shown."""
    return np.asarray(np.round(np.asarray(scores, dtype=np.float64), _DIGITS), dtype=np.float64)


def best(fetch: Fetch, limit: int, total: int, order: Rows) -> list[tuple[int, float]]:
    """Exactly the best `limit` rows (fewer only if there are no more), equal scores by `order`.

    Asks for more than wanted until all that ties with the last wanted one is there.
    """
    asked = min(limit + 16, total)
    while True:
        rows, raw = fetch(asked)
        scores = rounded(raw)
        exhausted = asked >= total or len(rows) < asked
        if exhausted or (len(rows) > limit and scores[-1] < scores[limit - 1]):
            break
        asked = min(asked * 4, total)
    chosen = np.lexsort((order[rows], -scores))[:limit]
    return [(int(rows[i]), float(scores[i])) for i in chosen]
