// Asks the browser where one stands before a form is sent; without an answer it says why.
"use strict";
(() => {
  const kept = document.querySelectorAll("[data-remember]");
  for (const box of kept) {
    const key = `wangge.${box.dataset.remember}`;
    box.checked = localStorage.getItem(key) === "1";
    box.addEventListener("change", () => localStorage.setItem(key, box.checked ? "1" : "0"));
  }
  for (const button of document.querySelectorAll("[data-near]")) {
    if ("atOnce" in button.dataset) setTimeout(() => button.click());
    button.addEventListener("click", (event) => {
      const form = button.form;
      const said = form.querySelector("[data-near-words]");
      const words = JSON.parse(said.dataset.nearWords);
      event.preventDefault();
      said.textContent = words.asking;
      const denied = () => (said.textContent = words.denied);
      if (!navigator.geolocation) return denied();
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          form.elements.lon.value = coords.longitude;
          form.elements.lat.value = coords.latitude;
          said.textContent = "";
          form.submit();
        },
        denied,
        { enableHighAccuracy: true, maximumAge: 30000, timeout: 10000 },
      );
    });
  }
})();
