/* The shop's own site loads this by one tag:
     <script src="https://crm.example/widget.js" async></script>
   and says who is logged in there, if anybody, by data-user and data-hash (see user_hash).
   It adds a button and, once that is pressed, a frame. It reads nothing of the page but its
   address, sets no cookie and loads nothing else. */
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const address = new URL("/widget/", origin);
  address.searchParams.set("page", location.origin + location.pathname);
  for (const name of ["user", "hash"]) {
    if (script.dataset[name]) address.searchParams.set(name, script.dataset[name]);
  }
  const chinese = (document.documentElement.lang || navigator.language).startsWith("zh");
  const label = script.dataset.label || (chinese ? "提问" : "Ask a question");

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  Object.assign(button.style, {
    position: "fixed", right: "1rem", bottom: "1rem", zIndex: "2147483000", border: "0",
    borderRadius: "999px", padding: "0.75rem 1.2rem", font: "600 1rem system-ui, sans-serif",
    background: script.dataset.colour || "#0b6b62", color: "#fff", cursor: "pointer",
    boxShadow: "0 4px 16px rgb(0 0 0 / 25%)",
  });

  let frame = null;
  const show = (open) => {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.src = address.href;
      frame.title = label;
      frame.referrerPolicy = "no-referrer";
      Object.assign(frame.style, {
        position: "fixed", right: "1rem", bottom: "4.5rem", zIndex: "2147483000",
        width: "min(24rem, calc(100vw - 2rem))", height: "min(36rem, calc(100vh - 6rem))",
        border: "0", borderRadius: "12px", background: "#fff",
        boxShadow: "0 8px 32px rgb(0 0 0 / 30%)",
      });
      document.body.append(frame);
    }
    frame.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) frame.focus();
  };
  button.addEventListener("click", () => show(!frame || frame.hidden));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && frame && !frame.hidden) {
      show(false);
      button.focus();
    }
  });
  const add = () => document.body.append(button);
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
})();
