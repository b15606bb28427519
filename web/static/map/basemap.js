// The muted ground: our own roads, water, railways, green and buildings, as tiles or embedded.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const WIDTHS = { major: [1.6, 0.55], minor: [0.9, 0.4], path: [0.6, 0.25] };

  const roadWidth = (kind, zoom) => {
    const [base, growth] = WIDTHS[kind] || WIDTHS.path;
    return Math.max(0.5, base + growth * (zoom - 13));
  };

  function groundStyle(colour, kind, zoom) {
    const filled = { fill: true, stroke: false, fillOpacity: 1, fillColor: colour(kind) };
    if (kind === "railway")
      return {
        color: colour("railway"),
        weight: zoom < 13 ? 1 : 1.6,
        dashArray: "6 4",
        fill: false,
      };
    if (kind === "waterway")
      return { color: colour("water"), weight: zoom < 13 ? 1 : 2, fill: false };
    return filled;
  }

  const roadStyle = (colour, kind, zoom) => ({
    color: colour(kind === "major" ? "road-major" : "road"),
    weight: roadWidth(kind, zoom),
    lineCap: "round",
    fill: false,
    dashArray: kind === "path" && zoom >= 15 ? "3 3" : null,
  });

  // Surroundings and roads come in one tile, in the order in which they are drawn.
  function tiled(map, colour) {
    const { source, bounds } = map.wangge;
    return L.vectorGrid.protobuf(source.ground, {
      pane: "ground",
      rendererFactory: Wangge.tileCanvas,
      vectorTileLayerStyles: {
        backdrop: (p, zoom) => groundStyle(colour, p.kind, zoom),
        roads: (p, zoom) => roadStyle(colour, p.kind, zoom),
      },
      bounds: bounds.pad(0.25),
      minZoom: 8,
      updateWhenZooming: false,
    });
  }

  function embedded(map, colour) {
    const { source } = map.wangge;
    const ground = new Wangge.Canvas({ pane: "ground", padding: 0.2 });
    const still = { interactive: false, smoothFactor: 1.2 };
    const group = L.featureGroup();
    const restyle = [];
    const add = (layer, style) => {
      layer.setStyle(style());
      group.addLayer(layer);
      restyle.push(() => layer.setStyle(style()));
    };
    for (const kind of ["green", "water", "building"]) {
      for (const rings of source.surfaces(kind)) {
        add(L.polygon(rings, { ...still, renderer: ground, pane: "ground" }), () =>
          groundStyle(colour, kind, map.getZoom()),
        );
      }
    }
    for (const kind of ["waterway", "railway", "path", "minor", "major"]) {
      const lines = source.lines(kind);
      if (!lines.length) continue;
      const style = () =>
        kind in WIDTHS
          ? roadStyle(colour, kind, map.getZoom())
          : groundStyle(colour, kind, map.getZoom());
      add(L.polyline(lines, { ...still, renderer: ground, pane: "ground" }), style);
    }
    map.on("zoomend", () => restyle.forEach((again) => again()));
    return group;
  }

  Wangge.basemap = (map, options) => {
    const context = map.wangge;
    let colour = Wangge.palette();
    let group = null;
    let drawnIn = "";
    const online = options.online
      ? L.tileLayer(options.online, {
          maxZoom: 19,
          attribution: Wangge.escape(options.attribution),
          className: "wg-online",
        })
      : null;
    const isOnline = () => online && !context.isOn("offline");
    // Our own ground gives way to an online one: two maps of roads are one too many.
    const follow = () => {
      if (!group) return;
      if (context.isOn("roads") && !isOnline()) group.addTo(map);
      else group.remove();
      if (!online) return;
      if (isOnline()) online.addTo(map);
      else online.remove();
    };
    const make = () => {
      if (group) group.remove();
      colour = Wangge.palette();
      drawnIn = colour("road");
      group = (options.embedded ? embedded : tiled)(map, (name) => colour(name));
      follow();
    };
    // The ground is many tiles, and what the map is about comes before it.
    context.first.then(make);
    context.on(
      "colours",
      () => group && (options.embedded || Wangge.palette()("road") !== drawnIn) && make(),
    );
    context.on("state", (changed) => "off" in changed && follow());
    if (options.credit) map.attributionControl.addAttribution(Wangge.escape(options.credit));
  };
})();
