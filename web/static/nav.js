// On a phone the places of the navigation are one row: bring the one we are at into sight.
const here = document.querySelector("nav.main [aria-current]");
const row = here?.closest("ul");
if (row && row.scrollWidth > row.clientWidth) {
  const place = here.getBoundingClientRect();
  row.scrollLeft += place.left - (row.clientWidth - place.width) / 2;
}
