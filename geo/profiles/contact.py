"""The office that answers for a park, plot or hall."""

from __future__ import annotations

from dataclasses import dataclass

from geo.profiles.family import lineage
from geo.query import Snapshot
from geo.wording import Wording


@dataclass(frozen=True)
class Contact:
    """An office, never a person.

    Parameters
    ----------
    post, phone, email
        As the park gave them; empty if it did not.
    park
        Key of the park that gave them.
    park_name
        Its name in the language.
    """

    post: str
    phone: str
    email: str
    park: str
    park_name: str


def contact_of(shown: Snapshot, park: object, w: Wording) -> Contact | None:
    """Return the office of a park, else of the nearest park around it that names one."""
    for feature in lineage(shown, park):
        p = feature["properties"]
        post, phone, email = (
            str(p.get(f"contact_{part}") or "") for part in ("post", "phone", "email")
        )
        if post or phone or email:
            return Contact(post, phone, email, str(feature["id"]), w.pick(p, "name"))
    return None
