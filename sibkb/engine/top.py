"""The best passages out of a list that can only be asked from its top."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from sibkb.engine.tables import Rows

Scores = npt.NDArray[np.float64]
Fetch = Callable[[int], tuple[Rows, Scores]]
"""How many -> that many of the best, falling; a passage may come more than once, by several of its parts."""

_DIGITS: Final = 5
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
        rows, scores = fetch(asked)
        scores = rounded(scores)
        _, first = np.unique(rows, return_index=True)
        first.sort()
        if len(rows) < asked or asked >= total or (len(first) > limit and scores[-1] < scores[first[limit - 1]]):
            break
        asked = min(asked * 4, total)
    rows, scores = rows[first], scores[first]
    chosen = np.lexsort((order[rows], -scores))[:limit]
    return [(int(rows[i]), float(scores[i])) for i in chosen]
