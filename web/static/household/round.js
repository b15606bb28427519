// The round on a map: its stops by number, each picked in the list and in the map.
"use strict";
(() => {
  const element = document.querySelector("[data-round]");
  if (!element) return;
  const rows = [...document.querySelectorAll("ol.stops > li")];
  const places = rows.map((row) => L.latLng(Number(row.dataset.lat), Number(row.dataset.lon)));
  const map = Wangge.smallMap(element, places[0]);
  const bounds = L.latLngBounds(places);
  const { lon, lat } = element.dataset;
  if (lon) {
    const start = L.latLng(Number(lat), Number(lon));
    Wangge.newPlace(start, { interactive: false }).addTo(map);
    bounds.extend(start);
  }
  map.fitBounds(bounds.pad(0.1), { maxZoom: 17 });

  // Stops at one door share a mark, which says the first and the last of them.
  const doors = new Map();
  places.forEach((at, nth) => {
    const key = `${at.lat},${at.lng}`;
    doors.set(key, [...(doors.get(key) ?? []), nth]);
  });
  for (const stops of doors.values()) {
    const [first, last] = [stops[0] + 1, stops.at(-1) + 1];
    const isRun = last - first + 1 === stops.length && stops.length > 1;
    const words = isRun ? `${first}–${last}` : stops.map((nth) => nth + 1).join("·");
    const icon = L.divIcon({ className: "stop-mark", html: words, iconSize: null });
    L.marker(places[stops[0]], { icon, title: words, keyboard: false, zIndexOffset: -stops[0] })
      .on("click", () => rows[stops[0]].querySelector("a").focus())
      .addTo(map);
  }
})();
