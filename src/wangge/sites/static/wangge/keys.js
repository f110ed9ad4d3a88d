// Keyboard: / search, j k rows, Enter open, x check, n p pages, g m my work, ? help.
let last = "";

const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
const rows = () => [...document.querySelectorAll("[data-row]")];
const current = () => document.querySelector("[data-row].wg-current");

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  all[at]?.classList.remove("wg-current");
  all[next].classList.add("wg-current");
  all[next].scrollIntoView({ block: "nearest" });
}

const click = (selector, root = document) => root?.querySelector(selector)?.click();

const ACTIONS = {
  "/": () => (document.querySelector("[data-search-box]") || document.querySelector(".wg-list-bar input:not([type=hidden])"))?.focus(),
  "?": () => window.tabler?.bootstrap?.Modal.getOrCreateInstance(document.getElementById("help"))?.show(),
  j: () => move(1),
  k: () => move(-1),
  n: () => click("[data-page-next]"),
  p: () => click("[data-page-previous]"),
  x: () => click("input[type=checkbox]", current()),
  Enter: () => click("a[href]", current()),
};

export function bindKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "Enter" && (event.target.closest("a, button, input, summary") || !current())) return;
    if (document.querySelector(".modal.show")) return;
    if (last === "g" && event.key === "m") {
      click("[data-my-work]");
    } else if (ACTIONS[event.key]) {
      if (event.key === "?" && !document.getElementById("help")) return;
      event.preventDefault();
      ACTIONS[event.key]();
    }
    last = event.key;
    setTimeout(() => { last = ""; }, 1500);
  });
}
