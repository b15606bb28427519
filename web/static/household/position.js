// The position of a household, by tapping the map, dragging the pin, the phone, or typing.
"use strict";
(() => {
  const element = document.querySelector("[data-position]");
  if (!element) return;
  const { form } = document.getElementById("lon");
  const { lon, lat, crs } = form.elements;
  const was = L.latLng(Number(element.dataset.wasLat), Number(element.dataset.wasLon));

  // Fields and pin say the same place; the fields may say it as a phone's map does.
  function typed() {
    const [x, y] = [lon.value, lat.value].map((text) => (text.trim() ? Number(text) : NaN));
    if (!Number.isFinite(x) || !Number.isFinite(y) || Math.abs(y) > 90) return null;
    const [east, north] = crs.value === "GCJ-02" ? Wangge.fromGcj02(x, y) : [x, y];
    return L.latLng(north, east);
  }

  const start = typed() || was;
  const map = Wangge.smallMap(element, start);
  Wangge.formerPlace(was).addTo(map);
  const pin = Wangge.newPlace(start, {
    draggable: true,
    autoPan: true,
    title: element.dataset.words,
  }).addTo(map);

  function write(at) {
    lon.value = at.lng.toFixed(7);
    lat.value = at.lat.toFixed(7);
    crs.value = "EPSG:4490";
  }

  function read() {
    const at = typed();
    if (!at) return;
    pin.setLatLng(at);
    map.panTo(at);
  }

  map.on("click", ({ latlng }) => {
    pin.setLatLng(latlng);
    write(latlng);
  });
  pin.on("dragend", () => write(pin.getLatLng()));
  for (const field of [lon, lat, crs]) field.addEventListener("change", read);

  const button = form.querySelector("[data-here]");
  const said = form.querySelector("[data-here-said]");
  button.addEventListener("click", () => {
    const denied = () => (said.textContent = button.dataset.denied);
    if (!navigator.geolocation) return denied();
    said.textContent = button.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // A phone that displaces its positions was said to do so where one looks for households.
        const displaced = localStorage.getItem("wangge.gcj") === "1";
        lon.value = coords.longitude.toFixed(7);
        lat.value = coords.latitude.toFixed(7);
        crs.value = displaced ? "GCJ-02" : "EPSG:4490";
        said.textContent = "";
        read();
      },
      denied,
      { enableHighAccuracy: true, maximumAge: 0, timeout: 10000 },
    );
  });
})();
