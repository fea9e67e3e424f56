// What the classic scripts of the page leave for the modules in static/js.
import type * as Leaflet from "leaflet";

declare global {
  interface ParkMap {
    map: Leaflet.Map;
    layers: Record<string, Leaflet.GeoJSON | Leaflet.MarkerClusterGroup>;
    tiles: Leaflet.TileLayer[];
    imagery: Leaflet.TileLayer[];
  }
  interface Window {
    parkMap: ParkMap;
    planMap: Leaflet.Map;
  }
}
