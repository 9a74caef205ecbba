/* An open conversation: a beat tells colleagues who is here, and hears how far the conversation is
   on the server. Where this page is behind, only what differs is put in: what is typed, chosen,
   unfolded or marked stays, and the page does not jump. */
(() => {
  const BEAT_MS = 2000;
  const TOKEN = "input[name=csrfmiddlewaretoken]";
  const shown = () => document.getElementById("conversation");
  let isFetching = false;

  // as it would have come from the server: nothing unfolded, one token
  function plain(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("details[open]").forEach((one) => one.removeAttribute("open"));
    copy.querySelectorAll(TOKEN).forEach((one) => one.setAttribute("value", ""));
    return copy;
  }

  const isSame = (one, other) => plain(one).isEqualNode(plain(other));

  function isTouched(element) {
    if (element.contains(document.activeElement)) return true;
    return [...element.querySelectorAll("input, select, textarea")].some((field) =>
      field.tagName === "SELECT"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0
        : ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked
        : field.type !== "hidden" && field.value !== field.defaultValue);
  }

  function replaced(mine, fresh) {
    const unfolded = [...mine.querySelectorAll("details")].map((one) => one.open);
    const anew = document.adoptNode(fresh);
    [...anew.querySelectorAll("details")].forEach((one, at) => { one.open ||= Boolean(unfolded[at]); });
    mine.replaceWith(anew);
    window.htmx?.process(anew);
    return anew;
  }

  function take(fresh) {
    const now = shown();
    const kept = new Set();
    let before = null;
    for (const article of [...fresh.children]) {
      kept.add(article.id);
      let mine = document.getElementById(article.id);
      if (!mine || !now.contains(mine)) {
        mine = document.adoptNode(article);
        if (before) before.after(mine); else now.prepend(mine);
        window.htmx?.process(mine);
      } else if (!isSame(mine, article) && !isTouched(mine)) {
        mine = replaced(mine, article);
      }
      before = mine;
    }
    [...now.children].filter((one) => !kept.has(one.id)).forEach((one) => one.remove());
    now.dataset.stand = fresh.dataset.stand;
  }

  function takeBeside(page) {
    for (const fresh of page.querySelectorAll("[hx-swap-oob]")) {
      const mine = document.getElementById(fresh.id);
      fresh.removeAttribute("hx-swap-oob");
      if (!mine || isTouched(mine) || isSame(mine, fresh)) continue;
      replaced(mine, fresh);
    }
  }

  // what is looked at stays where it is: the text while it is in view, else a message
  function anchored(change) {
    const isSeen = (element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return bottom > 0 && top < window.innerHeight;
    };
    const composer = document.getElementById("id_body");
    const seen = composer && isSeen(composer) ? composer : [...shown().children].find(isSeen);
    const top = seen?.getBoundingClientRect().top;
    const id = seen?.id;
    change();
    const after = id && document.getElementById(id);
    if (after) window.scrollBy({ top: after.getBoundingClientRect().top - top, behavior: "instant" });
  }

  // whoever begins to write now has the latest message before them
  function noteSeen(last) {
    const { body, seen } = document.getElementById("reply").elements;
    if (!body.value.trim()) seen.value = last;
  }

  async function refresh(address) {
    isFetching = true;
    try {
      const answer = await fetch(address + location.search);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("conversation");
      if (!fresh) return;
      anchored(() => {
        take(fresh);
        takeBeside(page);
      });
      noteSeen(fresh.dataset.last);
    } catch {
      /* the next beat tries again */
    } finally {
      isFetching = false;
    }
  }

  async function beat() {
    const place = document.querySelector("[data-presence]");
    if (!place || document.hidden) return;
    const said = new FormData();
    for (const name of ["csrfmiddlewaretoken", "seen", "version"]) {
      said.set(name, place.closest("form").elements[name].value);
    }
    try {
      const answer = await fetch(place.dataset.presence, { method: "POST", body: said });
      if (answer.ok) hear(place, await answer.text());
    } catch {
      /* the next beat tells */
    }
  }

  function hear(place, text) {
    if (place.dataset.shown !== text) {
      anchored(() => { place.innerHTML = text; });
      place.dataset.shown = text;
    }
    const told = place.querySelector("[data-stand]");
    const now = shown();
    if (told && !isFetching && now.dataset.stand !== told.dataset.stand) refresh(now.dataset.fresh);
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("[data-presence]")) setInterval(beat, BEAT_MS);
  });
})();
