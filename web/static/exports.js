// The addresses follow what is chosen in the form; each can be copied by one press.
const form = document.getElementById("take-form");

function query() {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value && !(name === "format" && value === "geojson") && name !== "lang") asked.append(name, value);
  }
  return asked;
}

function suffix() {
  const format = form.elements.format.value;
  return { geojsonseq: "geojsons", shp: "shp.zip" }[format] ?? format;
}

function show(id, text) {
  const line = document.getElementById(id);
  if (line) line.textContent = text;
}

function follow() {
  const { address, name } = form.dataset;
  const asked = query();
  const whole = asked.size ? `${address}?${asked}` : address;
  const options = [...asked].map(([key, value]) => ` --${key.replaceAll("_", "-")} ${value}`).join("");
  show("address", whole);
  show("curl", `curl -H "Authorization: Bearer $KEY" "${whole}" -o ${name}.${suffix()}`);
  show("command", `wangge export ${name}${options} -o ${name}.${suffix()}`);
}

// Browsers give the clipboard to encrypted pages only; on others the text is selected and copied.
async function copy(line) {
  if (navigator.clipboard) return navigator.clipboard.writeText(line.textContent);
  getSelection().selectAllChildren(line);
  document.execCommand("copy");
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy));
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}

form.addEventListener("change", follow);
follow();
