/* Keys of the inbox, and its dialog of keys. All of it is also there as links, buttons and fields; pages work without this file. */
(() => {
  const GO = { i: "/tickets/?queue=open", m: "/tickets/?queue=mine" };
  let gone = 0; // when "g" was pressed

  const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
  const rows = () => [...document.querySelectorAll("[data-row]")];

  function move(step) {
    const all = rows();
    if (!all.length) return false;
    const now = all.findIndex((row) => row.classList.contains("is-current"));
    const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step))];
    all.forEach((row) => row.classList.toggle("is-current", row === next));
    next.querySelector("[data-open]").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function tick() {
    const box = document.querySelector("[data-row].is-current input[type=checkbox]");
    if (!box) return false;
    box.click();
    return true;
  }

  function write(kind) {
    const radio = document.querySelector(`#reply input[name=kind][value=${kind}]`);
    if (!radio) return false;
    radio.checked = true;
    document.querySelector("#id_body").focus();
    return true;
  }

  function focusOn(selector) {
    const field = document.querySelector(selector);
    if (field) field.focus();
    return Boolean(field);
  }

  function press(key) {
    const form = document.querySelector(`form[data-key="${key}"]`);
    if (form) form.querySelector("button").click();
    return Boolean(form);
  }

  function pressOnRow(key) {
    const form = document.querySelector(`[data-row].is-current form[data-key="${key}"]`);
    if (form) form.querySelector("button").click();
    return Boolean(form);
  }

  function showKeys() {
    const dialog = document.querySelector("#keys");
    if (dialog && !dialog.open) dialog.showModal();
    return Boolean(dialog);
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    x: tick,
    r: () => write("reply"),
    n: () => write("note"),
    m: () => focusOn("select[data-key=m]"),
    s: () => focusOn("#properties select[name=status]"),
    a: () => press("a"),
    u: () => press("u"),
    w: () => press("w"),
    y: () => pressOnRow("y"),
    d: () => pressOnRow("d"),
    "?": showKeys,
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("#reply");
      const send = form && [...form.querySelectorAll("[data-send]")].find((button) => button.offsetParent);
      if (send) {
        event.preventDefault();
        send.click();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "g") {
      gone = Date.now();
      return;
    }
    if (Date.now() - gone < 1500 && GO[event.key]) {
      event.preventDefault();
      location.assign(GO[event.key]);
      return;
    }
    gone = 0;
    if (KEYS[event.key]?.()) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-row] input[type=checkbox]")) return;
    const n = document.querySelectorAll("[data-row] input[type=checkbox]:checked").length;
    const shown = document.querySelector("[data-ticked]");
    shown.textContent = n;
    shown.hidden = !n;
    if (n) shown.closest("details").open = true;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-open]")) showKeys();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // what was inserted into the composer is kept like what was typed
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.id === "reply") {
      document.querySelector("#id_body").dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-keys-open]").forEach((button) => { button.hidden = false; });
  });
})();
