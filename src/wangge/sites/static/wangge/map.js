// Maps without tiles: polygons of divisions and grids and points of matters, drawn from our own GeoJSON, so that
// they work offline and send nobody's position anywhere. Coordinates are WGS-84.
let library = null;

function load() {
  library ??= new Promise((done, fail) => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = document.body.dataset.maplibreCss;
    const script = document.createElement("script");
    script.src = document.body.dataset.maplibreJs;
    script.onload = () => {
      window.maplibregl.setWorkerUrl(document.body.dataset.maplibreWorker);
      done(window.maplibregl);
    };
    script.onerror = fail;
    document.head.append(sheet, script);
  });
  return library;
}

function bounds(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part) => {
    if (typeof part[0] === "number") {
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
    } else part.forEach(visit);
  };
  features.forEach((feature) => feature.geometry && visit(feature.geometry.coordinates));
  return box[0] === Infinity ? null : [[box[0], box[1]], [box[2], box[3]]];
}

function note(element, text) {
  const line = document.createElement("div");
  line.className = "wg-map-note";
  line.textContent = text;
  element.append(line);
}

// Names over the polygons are HTML markers: text inside the canvas would need a glyph server.
function label(map, maplibregl, feature) {
  const box = bounds([feature]);
  if (!box || !feature.properties?.name) return null;
  const name = document.createElement("div");
  name.className = "wg-map-label";
  name.textContent = feature.properties.name;
  const middle = [(box[0][0] + box[1][0]) / 2, (box[0][1] + box[1][1]) / 2];
  new maplibregl.Marker({ element: name }).setLngLat(middle).addTo(map);
  // Asked anew at every zoom: the polygon is as wide as the map shows it.
  const fits = () => feature.properties.here || map.project(box[1]).x - map.project(box[0]).x >= name.offsetWidth;
  return { name, fits, here: Boolean(feature.properties.here) };
}

// A name that is wider than its polygon, or would lie on another, is left out; coming nearer shows it. The name of
// the place that the page is about stays.
function spread(names) {
  const shown = [];
  for (const { name, fits } of [...names].sort((a, b) => b.here - a.here)) {
    const box = name.getBoundingClientRect();
    const covered = !fits() || shown.some((one) => box.left < one.right && one.left < box.right && box.top < one.bottom && one.top < box.bottom);
    name.classList.toggle("wg-map-label-off", covered);
    if (!covered) shown.push(box);
  }
}

function addLayers(map) {
  const color = ["match", ["get", "tone"], "danger", "#b02a12", "warn", "#e08a00", "ok", "#0a8a72", "#1d4e89"];
  const layers = [
    { id: "areas", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": color, "fill-opacity": 0.1 } },
    { id: "borders", type: "line", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": color, "line-width": 1.5 } },
    { id: "points", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": color, "circle-radius": 6, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } },
  ];
  layers.forEach((layer) => map.addLayer({ source: "features", ...layer }));
}

function bindClicks(map, maplibregl, picking) {
  for (const layer of ["points", "areas"]) {
    map.on("click", layer, (event) => {
      if (picking || event.defaultPrevented) return;
      event.preventDefault();
      const { name, url, text } = event.features[0].properties;
      if (!name && !text) return;
      const content = document.createElement("div");
      const title = document.createElement(url ? "a" : "strong");
      title.textContent = name || text;
      if (url) title.href = url;
      content.append(title);
      if (name && text) content.append(document.createElement("br"), text);
      new maplibregl.Popup({ closeButton: false }).setLngLat(event.lngLat).setDOMContent(content).addTo(map);
    });
  }
}

function marker(map, maplibregl, element) {
  const dot = document.createElement("div");
  dot.className = "wg-marker";
  const inputs = (element.dataset.pick || "").split(",").map((id) => id && document.getElementById(id.trim()));
  const pin = new maplibregl.Marker({ element: dot, draggable: inputs.length === 2 });
  const write = () => {
    const { lng, lat } = pin.getLngLat();
    [lng, lat].forEach((value, index) => {
      inputs[index].value = value.toFixed(6);
      inputs[index].dispatchEvent(new Event("change", { bubbles: true }));
    });
  };
  const place = (lng, lat) => pin.setLngLat([lng, lat]).addTo(map);
  if (element.dataset.lng && element.dataset.lat) place(Number(element.dataset.lng), Number(element.dataset.lat));
  if (inputs.length !== 2 || !inputs.every(Boolean)) return;
  map.on("click", (event) => { place(event.lngLat.lng, event.lngLat.lat); write(); });
  pin.on("dragend", write);
  document.addEventListener("wangge:position", (event) => {
    place(event.detail.lng, event.detail.lat);
    map.easeTo({ center: [event.detail.lng, event.detail.lat] });
  });
}

export async function start(element) {
  const maplibregl = await load();
  let features = [];
  if (element.dataset.geojsonUrl) {
    const answer = await fetch(element.dataset.geojsonUrl);
    if (answer.ok) features = (await answer.json()).features || [];
    else note(element, "地图数据没有取到，请刷新页面。");
  }
  const has = element.dataset.lng && element.dataset.lat;
  const center = has ? [Number(element.dataset.lng), Number(element.dataset.lat)] : [109.84, 40.66];
  const map = new maplibregl.Map({
    container: element,
    style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#eaf0f5" } }] },
    center,
    zoom: has ? 14 : 4,
    attributionControl: false,
    cooperativeGestures: false,
    dragRotate: false,
    pitchWithRotate: false,
    locale: { "NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小", "Map.Title": "地图", "Marker.Title": "位置" },
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-left");
  map.on("load", () => {
    map.addSource("features", { type: "geojson", data: { type: "FeatureCollection", features } });
    addLayers(map);
    bindClicks(map, maplibregl, Boolean(element.dataset.pick));
    const polygons = features.filter((one) => one.geometry?.type.endsWith("Polygon"));
    const names = polygons.length <= 60 ? polygons.map((one) => label(map, maplibregl, one)).filter(Boolean) : [];
    map.on("moveend", () => spread(names));
    const box = bounds(features);
    if (box) map.fitBounds(box, { padding: 24, maxZoom: 16, animate: false });
    else if (!has) note(element, "还没有可以显示的边界或位置。");
    spread(names);
    element.dataset.drawn = "1";
    // For modules that draw on the map themselves.
    element.dispatchEvent(new CustomEvent("wangge:map", { bubbles: true, detail: { map, maplibregl } }));
  });
  marker(map, maplibregl, element);
}
