"""The files of both editions for people who are signed in: the staff map, the previews."""

from __future__ import annotations

from flask import Blueprint, Response, request

from geo.web.current import library
from geo.web.files import accepted_encodings, describe
from geo.web.pages import edition_named
from geo.web.session import demand, requires

blueprint = Blueprint("staff", __name__)


@blueprint.get("/staff/layers/<version>/<edition>/<path:name>")
@requires("viewer")
def staff_file(version: str, edition: str, name: str) -> Response:
    """Answer a file of an edition; of a version that is only prepared, to the staff alone."""
    if not library().was_published(version):
        demand("staff")
    file = library().version(version, edition_named(edition)).served_file(name)
    path, etag, headers = describe(
        file, accepted_encodings(request.headers.get("Accept-Encoding", ""))
    )
    response = Response(path.read_bytes(), headers=headers)
    response.set_etag(etag)
    response.make_conditional(request)
    return response
