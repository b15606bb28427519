// Which households go along: all in one's care, or those of one unit. Remembered by this phone.
const name = (account) => `wangge.unit.${account}`;

// The code of the unit that was chosen; "": all.
export const chosen = (account) => localStorage.getItem(name(account)) ?? "";
export const choose = (account, unit) =>
  unit ? localStorage.setItem(name(account), unit) : localStorage.removeItem(name(account));

const place = () => document.getElementById("take");

// Fill the list with what there is, each with its number; what is too many cannot be chosen.
async function fill(account) {
  const { words } = place().dataset;
  const said = JSON.parse(words);
  const answer = await fetch("/api/offline/choices", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { choices } = await answer.json();
  const list = place().querySelector("select");
  list.replaceChildren(
    ...choices.map((one) => {
      const option = new Option((one.fits ? said.one : said.too_many).replace("{name}", one.name ?? said.all).replace("{n}", one.households.toLocaleString()), one.code ?? "");
      option.disabled = !one.fits;
      return option;
    }),
  );
  list.value = chosen(account);
  if (list.selectedIndex < 0 || list.selectedOptions[0].disabled) {
    list.prepend(new Option(said.choose, "", true, true));
    list.options[0].disabled = true;
  }
}

export async function offer(account) {
  if (!place()) return;
  if (place().open) await fill(account);
  else place().open = true; // which fills it
}

export function watch(account, take) {
  if (!place()) return;
  place().addEventListener("toggle", () => place().open && fill(account));
  place().querySelector("select").addEventListener("change", (event) => {
    choose(account, event.target.value);
    take().catch(() => undefined);
  });
}
