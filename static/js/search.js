/* Ctrl-K opens the box of search and questions; arrows walk through what it found, Ctrl-Enter
   asks. */
const box = () => document.getElementById("search-dialog");

function openBox() {
  const dialog = box();
  if (!dialog) return;
  if (!dialog.open) dialog.showModal();
  const field = dialog.querySelector("input[type=search]");
  field.focus();
  field.select();
}

function walk(dialog, step) {
  const stops = [dialog.querySelector("input[type=search]"), ...dialog.querySelectorAll("[data-hit]")];
  const at = Math.max(0, stops.indexOf(document.activeElement));
  stops[(at + step + stops.length) % stops.length].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    if (!box()) return;
    event.preventDefault();
    openBox();
    return;
  }
  const dialog = event.target.closest("#search-dialog");
  if (dialog && (event.key === "ArrowDown" || event.key === "ArrowUp") && !event.target.matches("textarea")) {
    event.preventDefault();
    walk(dialog, event.key === "ArrowDown" ? 1 : -1);
  }
  if (dialog && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    dialog.querySelector("[data-ask]").click();
  }
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("#search-dialog input[type=search]")) return;
  const dialog = box();
  dialog.querySelector("input[name=text]").value = event.target.value;
  dialog.querySelector("[data-ask]").disabled = !event.target.value.trim();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-search]") && box()) {
    event.preventDefault();
    openBox();
  }
});
