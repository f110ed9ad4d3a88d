// A wall screen says so when what it shows is old: the server cannot be reached, or answers with an error.
const lost = document.querySelector(".wall-lost");

document.body.addEventListener("htmx:afterSwap", () => lost.setAttribute("hidden", ""));
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(name, () => lost.removeAttribute("hidden"));
}
