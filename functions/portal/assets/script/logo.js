// A logo that the server can't read, or that is too large for it, becomes a smaller PNG here, if this browser can read it.
for (const form of document.querySelectorAll("form[data-logo]")) {
  const read = ["png", "jpeg", "gif", "webp", "bmp", "x-icon", "vnd.microsoft.icon", "tiff"];
  const input = form.elements.logo;
  let work;
  // A drawing has no pixels of its own: it gets as many as a logo may have. Nothing in it runs.
  const pictureOf = async (file) => {
    if (file.type !== "image/svg+xml") return createImageBitmap(file);
    const image = new Image();
    image.src = URL.createObjectURL(file);
    await image.decode();
    return image;
  };
  const prepare = async (file) => {
    const picture = await pictureOf(file);
    if (!picture.width || !picture.height) return;
    const isRead = read.some((format) => file.type === `image/${format}`);
    if (isRead && file.size <= Number(form.dataset.logo) && Math.max(picture.width, picture.height) <= 4096) return;
    const fits = Math.min(1024 / picture.width, 256 / picture.height);
    const scale = picture instanceof Image ? fits : Math.min(1, fits);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const png = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const made = new DataTransfer();
    made.items.add(new File([png], "logo.png", { type: "image/png" }));
    if (input.files[0] === file) input.files = made.files;
  };
  input.addEventListener("change", () => {
    const [file] = input.files;
    // What the browser can't read either goes as it is: the server says what is wrong with it.
    const mine = file && prepare(file).catch(() => undefined).finally(() => {
      if (work === mine) work = undefined;
    });
    work = mine;
  });
  form.addEventListener("submit", (event) => {
    if (!work) return;
    event.preventDefault();
    work.then(() => form.requestSubmit(event.submitter));
  });
}
