"""Values -> what stands for them in front matter."""

import json
from typing import Final

from sibkb.importing.decoding import cleaned

CONSENT: Final = """\
# Without consent an interview is never public: fill this in, or remove the five lines to keep it internal.
consent:
  who: "TODO who agreed"
  date: TODO
  scope: "TODO to what"
  url: null  # the address, if it is published already
"""


def quoted(text: str) -> str:
    """A YAML scalar in double quotes; JSON's escapes are YAML's."""
    return json.dumps(" ".join(cleaned(text)[0].split()), ensure_ascii=False)


def comment(text: str) -> str:
    """A line that YAML passes over."""
    return "# " + " ".join(cleaned(text)[0].split())
