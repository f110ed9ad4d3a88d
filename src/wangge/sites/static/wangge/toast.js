// A short message in the corner; errors stay until closed.
export function toast(text, tone = "info") {
  const box = document.createElement("div");
  box.className = `wg-toast wg-alert wg-tone-${tone}`;
  box.setAttribute("role", tone === "danger" ? "alert" : "status");
  const words = document.createElement("div");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", "关闭");
  close.addEventListener("click", () => box.remove());
  box.append(words, close);
  document.getElementById("toasts").append(box);
  if (tone !== "danger") setTimeout(() => box.remove(), 5000);
}
