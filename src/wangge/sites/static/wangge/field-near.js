// The nearest first. The phone itself measures: its position goes nowhere.
const METRES = 111_320;

function metres(a, b) {
  const x = (b.lng - a.lng) * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot(x, b.lat - a.lat) * METRES;
}

document.addEventListener("wangge:position", (event) => {
  const list = document.querySelector("[data-near]");
  if (!list) return;
  const rows = [...list.children].map((row) => {
    const far = row.dataset.lng ? metres(event.detail, { lng: Number(row.dataset.lng), lat: Number(row.dataset.lat) }) : Infinity;
    const place = row.querySelector("[data-distance]");
    if (Number.isFinite(far)) place.textContent = far < 1000 ? `${Math.max(Math.round(far / 10) * 10, 10)} 米` : `${(far / 1000).toFixed(1)} 公里`;
    return [far, row];
  });
  rows.sort((a, b) => a[0] - b[0]);
  list.append(...rows.map(([, row]) => row));
});
