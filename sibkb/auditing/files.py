"""What became of the files that an index was made of."""

from collections.abc import Iterable
from dataclasses import dataclass

from sibkb.model import Document, Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What became of the files that an index was made of."""

    total: int
    left_out: int
    """Files that cannot be used and for which nothing stands in."""
    last_good: int
    """Files that cannot be used and for which their last good version stands in."""


def files(manifest: Manifest, documents: Iterable[Document]) -> Files:
    """Tell from the manifest and the documents in use, which need not be all that there are."""
    kept = (each.digest != manifest.files[each.path][0] for each in documents if each.path in manifest.files)
    return Files(total=len(manifest.files), left_out=len(manifest.files) - manifest.documents, last_good=sum(kept))
