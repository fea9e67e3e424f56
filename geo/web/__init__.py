"""HTTP only: pages and published files over :mod:`geo.query`."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from geo.query import Library
from geo.settings import Settings, read_settings
from geo.web import (
    about,
    api,
    audit,
    chains,
    compare,
    crawlers,
    data,
    downloads,
    drafts,
    embed,
    enquiries,
    errors,
    exports,
    findings,
    health,
    imports,
    inbox,
    layer_items,
    login,
    logs,
    pages,
    places,
    plan,
    planmap,
    present,
    publishing,
    search,
    security,
    session,
    shortlist,
    sites,
    staff,
    story,
    story_scene,
    tiles,
    tokens,
    topics,
)
from geo.web.files import ReadyFiles
from geo.web.ready_tiles import ReadyTiles


def create_app(settings: Settings | None = None) -> Flask:
    """Return the WSGI application: the public pages, and those for people who sign in.

    Parameters
    ----------
    settings
        Where to read and how to serve; by default from the environment.
    """
    settings = read_settings() if settings is None else settings
    app = Flask(__name__, static_folder=None)
    library = Library(settings.out)
    app.extensions["library"] = library
    app.extensions["settings"] = settings
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(about.blueprint)
    app.register_blueprint(embed.blueprint)
    app.register_blueprint(places.blueprint)
    app.register_blueprint(search.blueprint)
    app.register_blueprint(chains.blueprint)
    app.register_blueprint(sites.blueprint)
    app.register_blueprint(compare.blueprint)
    app.register_blueprint(topics.blueprint)
    app.register_blueprint(downloads.blueprint)
    app.register_blueprint(present.blueprint)
    app.register_blueprint(shortlist.blueprint)
    app.register_blueprint(enquiries.blueprint)
    app.register_blueprint(crawlers.blueprint)
    app.register_blueprint(health.blueprint)
    api.register(app)
    app.register_blueprint(layer_items.blueprint)
    app.register_blueprint(login.blueprint)
    app.register_blueprint(tiles.blueprint)
    app.register_blueprint(staff.blueprint)
    app.register_blueprint(audit.blueprint)
    app.register_blueprint(data.blueprint)
    app.register_blueprint(tokens.blueprint)
    app.register_blueprint(imports.blueprint)
    app.register_blueprint(publishing.blueprint)
    app.register_blueprint(story.blueprint)
    app.register_blueprint(story_scene.blueprint)
    app.register_blueprint(drafts.blueprint)
    app.register_blueprint(plan.blueprint)
    app.register_blueprint(exports.blueprint)
    app.register_blueprint(inbox.blueprint)
    app.register_blueprint(planmap.blueprint)
    app.register_blueprint(findings.blueprint)
    # First, so that its clock also runs for requests that the others refuse.
    logs.register(app)
    session.register(app)
    errors.register(app)
    security.register(app)
    app.wsgi_app = ReadyTiles(app.wsgi_app, library)  # type: ignore[method-assign]
    app.wsgi_app = ReadyFiles(app.wsgi_app, library)  # type: ignore[method-assign]
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_prefix=count
        )
    return app
