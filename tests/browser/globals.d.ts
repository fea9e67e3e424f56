// What the classic scripts of the page leave for the modules in static/js.
import type * as Leaflet from "leaflet";

declare global {
  interface ParkMap {
    map: Leaflet.Map;
    layers: Record<string, Leaflet.GeoJSON | Leaflet.MarkerClusterGroup>;
    tiles: Leaflet.TileLayer[];
    imagery: Leaflet.TileLayer[];
  }
  // Left by the classic scripts of a copy that opens without a server.
  var PARKS_FILES: Record<string, any> | undefined;
  var PARKS_PAGES: Record<string, string> | undefined;
  var PARKS_PACKAGE: {
    version: string;
    as_of: string;
    data: string[];
    pages: Record<string, string>;
    keep?: (name: string, version: string, value: any) => void;
  };
  interface Window {
    parkMap: ParkMap;
    planMap: Leaflet.Map;
  }
}
