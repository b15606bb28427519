// A small map on our own ground, and the two places of a corrected position on it.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const WIDTHS = { major: [1.6, 0.7], minor: [0.9, 0.5], path: [0.6, 0.35] };
  const NEAR = 17;

  function style(colour) {
    const area = (kind) => ({
      fill: true,
      stroke: false,
      fillOpacity: 1,
      fillColor: colour(kind),
    });
    const line = (kind, weight, dashArray = null) => ({
      color: colour(kind),
      weight,
      dashArray,
      fill: false,
    });
    return {
      backdrop: ({ kind }) => {
        if (kind === "railway") return line("railway", 1.6, "6 4");
        return kind === "waterway" ? line("water", 2) : area(kind);
      },
      roads: ({ kind }, zoom) => {
        const [base, growth] = WIDTHS[kind] || WIDTHS.path;
        const weight = Math.max(0.5, base + growth * (zoom - 13));
        return line(kind === "major" ? "major" : "road", weight, kind === "path" ? "3 3" : null);
      },
    };
  }

  Wangge.smallMap = (element, centre) => {
    const look = getComputedStyle(element);
    const colour = (kind) => look.getPropertyValue(`--map-${kind}`).trim();
    const { zoomIn, zoomOut } = element.dataset;
    const map = L.map(element, {
      attributionControl: false,
      zoomControl: false,
      maxZoom: 19,
      minZoom: 10,
    });
    L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
    L.vectorGrid
      .protobuf("/tiles/ground/{z}/{x}/{y}.mvt", {
        rendererFactory: L.canvas.tile,
        vectorTileLayerStyles: style(colour),
        updateWhenZooming: false,
      })
      .addTo(map);
    return map.setView(centre, NEAR);
  };

  // Where the register has it: a ring, whatever the colours do.
  Wangge.formerPlace = (at) =>
    L.circleMarker(at, { radius: 9, weight: 3, fill: false, className: "was", interactive: false });

  Wangge.newPlace = (at, options = {}) =>
    L.marker(at, {
      icon: L.divIcon({ className: "pin", iconSize: [28, 28], iconAnchor: [14, 24] }),
      keyboard: false,
      ...options,
    });

  function showPlaces(element) {
    const { lon, lat, wasLon, wasLat } = element.dataset;
    const at = L.latLng(Number(lat), Number(lon));
    const map = Wangge.smallMap(element, at);
    const places = [Wangge.newPlace(at, { interactive: false }).addTo(map)];
    if (wasLon) {
      const was = L.latLng(Number(wasLat), Number(wasLon));
      places.push(Wangge.formerPlace(was).addTo(map));
      L.polyline([was, at], { weight: 2, className: "was", interactive: false }).addTo(map);
      map.fitBounds(L.latLngBounds(was, at).pad(0.6), { maxZoom: NEAR });
    }
  }

  // A map is drawn when it comes into view: many changes may wait.
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      showPlaces(target);
    }
  });
  for (const element of document.querySelectorAll("[data-places]")) seen.observe(element);
})();
