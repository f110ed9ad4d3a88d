// The live map beside the board: when the board was renewed, so are the points. Outlines are fetched once.
let held = null;

async function get(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  return answer.ok ? (await answer.json()).features || [] : null;
}

document.addEventListener("wangge:map", async (event) => {
  const url = event.target.dataset.geojsonUrl;
  const features = await get(url);
  if (!features) return;
  held = { map: event.detail.map, url, areas: features.filter((one) => one.geometry.type !== "Point") };
});

document.body.addEventListener("htmx:afterSwap", async (event) => {
  if (event.detail.target.id !== "board" || !held) return;
  const points = await get(`${held.url}?points=1`);
  if (points) held.map.getSource("features")?.setData({ type: "FeatureCollection", features: [...held.areas, ...points] });
});
