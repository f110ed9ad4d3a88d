// Lists: the bulk bar shows when rows are checked; shift-click checks a range; further filters unfold on a phone.
let anchor = null;
let open = false; // the further filters, which a phone shows when asked

function refresh() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const boxes = [...document.querySelectorAll("input[data-pick-row]")];
  const checked = boxes.filter((box) => box.checked);
  bar.hidden = checked.length === 0;
  bar.querySelector("[data-bulk-count]").textContent = checked.length;
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = boxes.length > 0 && checked.length === boxes.length;
    all.indeterminate = checked.length > 0 && checked.length < boxes.length;
  }
}

function unfold() {
  const button = document.querySelector("[data-more-filters]");
  if (!button) return;
  button.setAttribute("aria-expanded", String(open));
  button.closest("form").classList.toggle("wg-open", open);
}

export function bindListing() {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-more-filters]")) return;
    open = !open;
    unfold();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("input[data-pick-row]");
    if (!box) return;
    const boxes = [...document.querySelectorAll("input[data-pick-row]")];
    if (event.shiftKey && anchor && boxes.includes(anchor)) {
      const [from, to] = [boxes.indexOf(anchor), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
    }
    anchor = box;
    refresh();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      document.querySelectorAll("input[data-pick-row]").forEach((box) => { box.checked = event.target.checked; });
      refresh();
    }
  });
  // The dialogs of all bulk actions share one form: only the one that is sent must be filled in.
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".modal button[name=_action]");
    const empty = button && [...button.closest(".modal").querySelectorAll("[data-needed]")].find((one) => !one.value.trim());
    if (!empty) return;
    event.preventDefault();
    empty.classList.add("is-invalid");
    empty.focus();
  });
  document.addEventListener("htmx:load", () => { refresh(); unfold(); });
  addEventListener("pageshow", refresh);
}
