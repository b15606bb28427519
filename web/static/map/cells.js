// People by place: squares whose size says how many and whose parts say how they are served.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const PARTS = ["covered", "beyond", "unreachable"];
  const EARTH_M = 40075016.686;

  Wangge.peopleStyle = (colour, kind) => {
    if (kind === "suppressed")
      return { stroke: true, color: colour("suppressed"), weight: 1, fill: false };
    if (kind === "unreachable") {
      return {
        stroke: true,
        color: colour("unreachable"),
        weight: 0.8,
        fill: true,
        fillOpacity: 1,
        hatch: Wangge.hatch("unreachable", colour("unreachable"), colour("hatch-paper")),
      };
    }
    return { stroke: false, fill: true, fillOpacity: 0.9, fillColor: colour(kind) };
  };

  // Side of a square of so many people, as part of its cell: area is proportional, full is full.
  const sideOf = (total, full) => Math.max(0.25, Math.min(1, Math.sqrt(total / full)));

  function drawCell(pen, cell, centre, side, full, colour, hatch) {
    const total = cell.counts === null ? 0 : cell.counts[0] + cell.counts[1] + cell.counts[2];
    if (cell.counts === null) {
      const small = Math.max(3, 0.25 * side);
      pen.strokeStyle = colour("suppressed");
      pen.lineWidth = 1;
      pen.strokeRect(centre.x - small / 2, centre.y - small / 2, small, small);
      return;
    }
    const drawn = Math.max(3, side * sideOf(total, full));
    let x = centre.x - drawn / 2;
    const y = centre.y - drawn / 2;
    PARTS.forEach((part, i) => {
      const width = (drawn * cell.counts[i]) / total;
      if (!width) return;
      pen.fillStyle = part === "unreachable" ? pen.createPattern(hatch, "repeat") : colour(part);
      pen.fillRect(x, y, width, drawn);
      x += width;
    });
  }

  Wangge.drawCell = drawCell;

  function embedded(map, full, colour) {
    const { size_m, cells } = map.wangge.source.cells;
    const hatch = () => Wangge.hatch("unreachable", colour("unreachable"), colour("hatch-paper"));
    return new Wangge.Drawing({
      pane: "cells",
      draw: (pen, _map, bounds) => {
        const marks = hatch();
        for (const cell of cells) {
          const centre = map.latLngToLayerPoint(cell.at);
          const metre =
            (256 * 2 ** map.getZoom()) / (EARTH_M * Math.cos((cell.at[0] * Math.PI) / 180));
          const side = 0.92 * size_m * metre;
          if (!bounds.intersects(L.bounds(centre.subtract([side, side]), centre.add([side, side]))))
            continue;
          drawCell(pen, cell, centre, side, full, colour, marks);
        }
      },
    });
  }

  function tiled(map, layer, colour) {
    return L.vectorGrid.protobuf(map.wangge.source.tiles(layer), {
      pane: "cells",
      rendererFactory: Wangge.tileCanvas,
      vectorTileLayerStyles: { [layer]: (p) => Wangge.peopleStyle(colour, p.kind) },
      bounds: map.wangge.bounds.pad(0.05),
      minZoom: 8,
      updateWhenZooming: false,
    });
  }

  Wangge.cells = (map, options) => {
    const context = map.wangge;
    let layer = null;
    let drawnIn = "";
    const follow = () => {
      if (layer) layer.remove();
      layer = null;
      if (context.state.show !== options.shown_as || !context.isOn(options.toggle)) return;
      const palette = Wangge.palette();
      drawnIn = palette("beyond");
      layer = options.embedded
        ? embedded(map, options.full, palette)
        : tiled(map, options.layer, palette);
      layer.addTo(map);
    };
    // Tiles that are there already are kept when the sheet has the colours of the screen.
    const recolour = () => (options.embedded || Wangge.palette()("beyond") !== drawnIn) && follow();
    context.on("state", (changed) => ("show" in changed || "off" in changed) && follow());
    context.on("colours", recolour);
    follow();
  };

  // What a full square stands for at the present zoom.
  Wangge.cellScale = (scales, zoom) =>
    scales.find((one) => Math.round(zoom) <= (one.max_zoom ?? Infinity));

  // Areas within walking distance, the farther the fainter.
  Wangge.serviceAreas = (map, options) => {
    const context = map.wangge;
    const canvas = new Wangge.Canvas({ pane: "tint", padding: 0.2 });
    let drawn = [];
    let group = null;
    const wanted = () => context.state.show === options.shown_as && context.isOn(options.toggle);
    const style = () => {
      const colour = Wangge.palette();
      for (const layer of drawn)
        layer.setStyle({ color: colour("tint-line"), fillColor: colour("tint") });
    };
    const make = (areas) =>
      [...areas]
        .sort((a, b) => b.limit_m - a.limit_m)
        .map((area) =>
          L.polygon(area.polygons, {
            pane: "tint",
            renderer: canvas,
            interactive: false,
            stroke: area.limit_m === options.limit_m,
            weight: 1.2,
            fillOpacity: options.opacity,
          }),
        );
    const follow = async () => {
      if (!wanted()) {
        if (group) group.remove();
        return;
      }
      try {
        if (!group) drawn = make(await context.source.areas());
      } catch (error) {
        context.tell("failed", follow);
        return;
      }
      group = group || L.layerGroup(drawn);
      style();
      if (wanted()) group.addTo(map);
    };
    context.on("state", (changed) => ("show" in changed || "off" in changed) && follow());
    context.on("colours", style);
    follow();
  };
})();
