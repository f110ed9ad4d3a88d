// Drawing an outline: each click on the map adds a corner, corners can be dragged; the textarea named by
// data-draw holds the GeoJSON and stays editable by hand.
function ringOf(text) {
  try {
    const geometry = JSON.parse(text);
    const simple = geometry.type === "Polygon" && geometry.coordinates.length === 1;
    return simple ? geometry.coordinates[0].slice(0, -1) : null;
  } catch {
    return null;
  }
}

function start(box, map, maplibregl) {
  const field = document.getElementById(box.dataset.draw);
  const status = box.querySelector("[data-draw-status]");
  let pins = [];

  const corners = () => pins.map((pin) => { const at = pin.getLngLat(); return [Number(at.lng.toFixed(7)), Number(at.lat.toFixed(7))]; });
  const shape = () => {
    const ring = corners();
    return ring.length ? { type: "Feature", properties: {}, geometry: ring.length < 3 ? { type: "LineString", coordinates: ring.length > 1 ? ring : [ring[0], ring[0]] } : { type: "Polygon", coordinates: [[...ring, ring[0]]] } } : { type: "FeatureCollection", features: [] };
  };
  const show = (write) => {
    const drawn = shape();
    map.getSource("drawing").setData(drawn);
    if (write) field.value = drawn.geometry?.type === "Polygon" ? JSON.stringify(drawn.geometry) : "";
    status.textContent = pins.length < 3 ? `已点 ${pins.length} 个顶点，至少 3 个` : `${pins.length} 个顶点，可拖动调整`;
  };
  const add = ([lng, lat]) => {
    const dot = document.createElement("div");
    dot.className = "wg-corner";
    const pin = new maplibregl.Marker({ element: dot, draggable: true }).setLngLat([lng, lat]).addTo(map);
    pin.on("drag", () => show(true));
    pins.push(pin);
  };
  const clear = () => { pins.forEach((pin) => pin.remove()); pins = []; };
  const read = () => {
    const ring = ringOf(field.value);
    clear();
    if (ring && ring.length <= 300) ring.forEach(add);
    show(false);
  };

  map.addSource("drawing", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "drawing-area", source: "drawing", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#e08a00", "fill-opacity": 0.25 } });
  map.addLayer({ id: "drawing-line", source: "drawing", type: "line", paint: { "line-color": "#b02a12", "line-width": 2 } });
  map.on("click", (event) => { add([event.lngLat.lng, event.lngLat.lat]); show(true); });
  field.addEventListener("change", read);
  box.querySelector("[data-draw-undo]").addEventListener("click", () => { pins.pop()?.remove(); show(true); });
  box.querySelector("[data-draw-clear]").addEventListener("click", () => { clear(); show(true); });
  read();
}

document.addEventListener("wangge:map", (event) => {
  const box = event.target.closest("[data-draw]");
  if (box) start(box, event.detail.map, event.detail.maplibregl);
});
