// Where the routes of the table run: each with its number; one picks in the other.
"use strict";
(() => {
  const element = document.querySelector("[data-routes]");
  if (!element) return;
  const routes = JSON.parse(element.dataset.routes);
  const rows = [...document.querySelectorAll("#routes tbody tr")];
  const turned = ([lon, lat]) => [lat, lon];
  const map = Wangge.smallMap(element, turned(routes[0][0][0]));
  let everywhere = L.latLngBounds([]);

  const drawn = routes.map((lines, nth) => {
    const way = L.polyline(lines.map((line) => line.map(turned)), { className: `walk-${nth % 6}` });
    way.addTo(map).on("click", () => pick(nth, true));
    everywhere = everywhere.extend(way.getBounds());
    const icon = L.divIcon({ className: "number", html: String(nth + 1), iconSize: [26, 22] });
    const middle = lines[0][Math.floor(lines[0].length / 2)];
    L.marker(turned(middle), { icon, keyboard: false })
      .addTo(map)
      .on("click", () => pick(nth, true));
    return way;
  });

  function pick(nth, isFromMap) {
    rows.forEach((row, i) => {
      row.classList.toggle("picked", i === nth);
      drawn[i].getElement()?.classList.toggle("picked", i === nth);
    });
    drawn[nth].bringToFront();
    if (isFromMap) rows[nth].scrollIntoView({ block: "nearest" });
  }

  rows.forEach((row, nth) => {
    row.querySelector("[data-pick]").addEventListener("click", () => {
      pick(nth, false);
      map.fitBounds(drawn[nth].getBounds().pad(0.2), { maxZoom: 17 });
      element.scrollIntoView({ block: "nearest" });
    });
    row.addEventListener("mouseenter", () => pick(nth, false));
    row.addEventListener("focusin", () => pick(nth, false));
  });
  map.fitBounds(everywhere.pad(0.05), { maxZoom: 17 });
})();
