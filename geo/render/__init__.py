"""Frames to bytes: GeoJSON, the site document, the Folium map and the static tree."""
