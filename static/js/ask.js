/* Enter sends a question, Shift and Enter begin a line; an answer goes into the reply. */
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("textarea[data-send-on-enter]");
  if (field && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    field.form.requestSubmit();
  }
});

document.addEventListener("click", (event) => {
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
