/* Completes @name in notes for colleagues: a list below the text, walked by arrows, taken by Enter,
   Tab or a click, left by Escape. Without this file the name is typed. */
(() => {
  const BEGUN = /(?:^|[^\p{L}\p{N}_@])@([\p{L}\p{N}_.+-]{0,150})$/u;
  const MOST = 8;
  const list = () => document.getElementById("mention-list");
  const isNote = (field) => field.form?.elements.kind?.value === "note";

  function begun(field) {
    if (field.selectionStart !== field.selectionEnd) return null;
    return BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1] ?? null;
  }

  function fitting(start) {
    const wanted = start.toLowerCase();
    return [...document.querySelectorAll("[data-colleague]")].filter((one) =>
      [one.dataset.colleague, ...one.dataset.name.split(/\s+/)].some((name) => name && name.toLowerCase().startsWith(wanted)),
    ).slice(0, MOST);
  }

  function close(field) {
    const box = list();
    if (!box || box.hidden) return;
    box.hidden = true;
    box.replaceChildren();
    field?.removeAttribute("aria-activedescendant");
  }

  function choose(field, option) {
    [...list().children].forEach((one) => one.setAttribute("aria-selected", one === option));
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function offer(field) {
    const box = list();
    const start = box && isNote(field) ? begun(field) : null;
    const found = start === null ? [] : fitting(start);
    if (!found.length) return close(field);
    box.replaceChildren(...found.map((one, at) => {
      const option = document.createElement("li");
      option.id = `mention-${at}`;
      option.setAttribute("role", "option");
      option.dataset.takes = one.dataset.colleague;
      option.textContent = `@${one.dataset.colleague}${one.dataset.name ? ` ${one.dataset.name}` : ""}`;
      return option;
    }));
    box.hidden = false;
    choose(field, box.firstElementChild);
  }

  function take(field, option) {
    const at = field.selectionStart;
    const start = begun(field);
    close(field);
    if (start === null) return;
    field.setRangeText(`${option.dataset.takes} `, at - start.length, at, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const isField = (target) => target.id === "id_body" && target.form?.id === "reply";

  document.addEventListener("input", (event) => {
    if (isField(event.target)) offer(event.target);
  });

  document.addEventListener("keydown", (event) => {
    const box = list();
    if (!box || box.hidden || !isField(event.target) || event.ctrlKey || event.metaKey || event.isComposing) return;
    const options = [...box.children];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(event.target, options[(at + step + options.length) % options.length]);
    else if (event.key === "Enter" || event.key === "Tab") take(event.target, options[at]);
    else if (event.key === "Escape") close(event.target);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  document.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("#mention-list [role=option]");
    if (!option) return;
    event.preventDefault(); // the text keeps the caret
    take(document.getElementById("id_body"), option);
  });

  document.addEventListener("focusout", (event) => {
    if (isField(event.target)) close(event.target);
  });

  // a caret that was moved elsewhere stands in no name
  document.addEventListener("click", (event) => {
    if (isField(event.target)) close(event.target);
  });
})();
