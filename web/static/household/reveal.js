// Opens one masked value at a click; it is masked again after a minute, or when one looks away.
"use strict";
(() => {
  const SHOWN_MS = 60000;
  const token = document.querySelector("meta[name=csrf]").content;

  for (const button of document.querySelectorAll("[data-reveal]")) {
    const place = document.getElementById(button.getAttribute("aria-controls"));
    const mask = place.textContent;
    const words = [...button.childNodes].map((node) => node.cloneNode(true));
    let timer = 0;

    const hide = () => {
      clearTimeout(timer);
      timer = 0;
      place.textContent = mask;
      button.replaceChildren(...words.map((node) => node.cloneNode(true)));
    };

    const show = (value) => {
      const opened = document.createElement(button.dataset.reveal === "phone" ? "a" : "span");
      opened.textContent = value;
      if (opened.href !== undefined) opened.href = `tel:${value}`;
      place.replaceChildren(opened);
      button.textContent = button.dataset.hide;
      timer = setTimeout(hide, SHOWN_MS);
    };

    button.addEventListener("click", async () => {
      if (timer) return hide();
      button.disabled = true;
      try {
        const answer = await fetch(`/api/residents/${button.dataset.resident}/reveal`, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
          body: JSON.stringify({ field: button.dataset.reveal }),
        });
        if (!answer.ok) throw new Error(String(answer.status));
        show((await answer.json()).value);
      } catch {
        place.textContent = button.dataset.failed;
      }
      button.disabled = false;
      button.focus();
    });
    addEventListener("pagehide", () => timer && hide());
    document.addEventListener("visibilitychange", () => document.hidden && timer && hide());
  }
})();
