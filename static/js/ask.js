/* Ctrl-K opens the dialog for a question, Enter sends one, and an answer goes into the reply. */
document.addEventListener("keydown", (event) => {
  const dialog = document.getElementById("ask-dialog");
  if (dialog && event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
    const field = dialog.querySelector("textarea");
    field.focus();
    field.select();
  }
  const field = event.target.closest("textarea[data-send-on-enter]");
  if (field && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    field.form.requestSubmit();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-ask]");
  const dialog = document.getElementById("ask-dialog");
  if (opener && dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  const inserter = event.target.closest("[data-insert]");
  const reply = document.getElementById("id_body");
  if (inserter && reply) {
    event.preventDefault();
    const start = reply.selectionStart ?? reply.value.length;
    const before = reply.value.slice(0, start);
    const gap = before && !/\s$/.test(before) ? "\n\n" : "";
    reply.setRangeText(gap + inserter.dataset.insert, start, reply.selectionEnd ?? start, "end");
    reply.focus();
  }
});
