/* The few things that HTML cannot do: "/" goes to the search field, a long row of links shows
   the one that is open, forms that filter a list are sent when a choice changes, and a language
   is set when it is chosen. */
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const field = document.querySelector("input[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
});

// a row of links that is longer than the screen begins at the one that is open
for (const open of document.querySelectorAll("nav [aria-current]")) {
  const row = open.closest("nav");
  const side = open.getBoundingClientRect();
  const frame = row.getBoundingClientRect();
  if (row.scrollWidth > row.clientWidth) row.scrollLeft += side.left - frame.left - (frame.width - side.width) / 2;
  const rail = open.closest(".rail");
  if (rail && rail.scrollHeight > rail.clientHeight) rail.scrollTop += Math.max(0, side.bottom - rail.clientHeight + 48);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send-on-change]");
  if (form && event.target.matches("select")) form.requestSubmit();
});
