// The list on the map: one picks in the other; a tap on the ground asks what is near there.
"use strict";
(() => {
  const element = document.querySelector("[data-found]");
  if (!element) return;
  const centre = L.latLng(Number(element.dataset.lat), Number(element.dataset.lon));
  const map = Wangge.smallMap(element, centre);
  const rows = [...document.querySelectorAll("#found > li")];
  const look = { radius: 7, weight: 2, className: "home", fillOpacity: 0.9 };
  const pick = (row, marker) => {
    document.querySelectorAll("#found > .picked").forEach((other) => other.classList.remove("picked"));
    row.classList.add("picked");
    marker.setRadius(11);
    marker.bringToFront();
  };
  const markers = rows.map((row) => {
    const marker = L.circleMarker([Number(row.dataset.lat), Number(row.dataset.lon)], look).addTo(map);
    marker.bindTooltip(row.querySelector(".who-name").textContent);
    marker.on("click", (event) => {
      L.DomEvent.stop(event);
      pick(row, marker);
      row.querySelector("a").focus();
      row.scrollIntoView({ block: "nearest" });
    });
    row.addEventListener("focusin", () => pick(row, marker));
    row.addEventListener("focusout", () => marker.setRadius(look.radius));
    row.addEventListener("mouseenter", () => marker.setRadius(11));
    row.addEventListener("mouseleave", () => marker.setRadius(look.radius));
    return marker;
  });
  if (markers.length) map.fitBounds(L.featureGroup(markers).getBounds().pad(0.2), { maxZoom: 18 });
  map.on("click", ({ latlng }) => {
    const form = document.getElementById("near");
    form.elements.lon.value = latlng.lng.toFixed(7);
    form.elements.lat.value = latlng.lat.toFixed(7);
    form.elements.crs.checked = false;
    form.requestSubmit(form.querySelector("button"));
  });
})();
