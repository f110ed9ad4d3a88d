// Photos are scaled down before they are sent (1,920 px, JPEG): quick on a weak network. The server re-encodes
// them again and drops position and camera data.
const LONGEST = 1920;

async function shrink(file) {
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type) || file.size < 400_000) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file;
  }
}

export function start(box) {
  const input = box.querySelector("input[type=file]");
  const list = box.querySelector(".wg-photo-list");
  const limit = Number(box.dataset.limit);
  let files = [];

  function show() {
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    input.files = transfer.files;
    list.replaceChildren(...files.map((file, index) => {
      const cell = document.createElement("div");
      cell.className = "wg-photo";
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = `照片 ${index + 1}`;
      image.onload = () => URL.revokeObjectURL(image.src);
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", `去掉照片 ${index + 1}`);
      remove.addEventListener("click", () => { files.splice(index, 1); show(); });
      cell.append(image, remove);
      return cell;
    }));
  }

  // Put back what was kept elsewhere (a report taken out of the queue), or start anew.
  input.addEventListener("wangge:photos", (event) => {
    files = [...event.detail];
    show();
  });

  input.addEventListener("change", async () => {
    const added = await Promise.all([...input.files].map(shrink));
    const room = limit - files.length;
    files = [...files, ...added.slice(0, Math.max(0, room))];
    show();
    if (added.length > room) {
      const line = document.createElement("div");
      line.className = "text-danger";
      line.textContent = `最多 ${limit} 张，多出的 ${added.length - room} 张没有加入。`;
      list.append(line);
    }
  });
}
