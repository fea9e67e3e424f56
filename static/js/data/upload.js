/** The form for a file: drop zone, guess of the layer, progress, what went wrong. */

/** @param {string} id */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

/**
 * Show a text in an element, or hide it.
 * @param {HTMLElement} node
 * @param {string} text
 */
function say(node, text) {
  node.textContent = text;
  node.hidden = !text;
}

/**
 * Return the layer that a file's name speaks of, if it is one only.
 * @param {string} name
 * @param {HTMLSelectElement} select
 */
function guessLayer(name, select) {
  const plain = name.toLowerCase();
  const found = [...select.options].filter((option) =>
    (option.dataset.words ?? "").split(" ").some((word) => word && plain.includes(word)),
  );
  return found.length === 1 ? found[0].value : "";
}

/**
 * Return the sentence of a refusal.
 * @param {XMLHttpRequest} request
 * @param {string} otherwise
 */
function refusal(request, otherwise) {
  try {
    return JSON.parse(request.responseText).detail || otherwise;
  } catch {
    return otherwise;
  }
}

/**
 * Send a form with its file; the page then goes to where the answer says.
 * @param {HTMLFormElement} form
 */
function send(form) {
  const [progress, status, error] = ["upload-progress", "upload-status", "upload-error"].map(byId);
  const bar = /** @type {HTMLProgressElement} */ (byId("upload-bar"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  const { sending = "", sent = "", failed = "", tooLarge = "" } = form.dataset;
  const request = new XMLHttpRequest();

  /** @param {string} text */
  const stop = (text) => {
    progress.hidden = true;
    button.disabled = false;
    say(error, text);
  };
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = total ? (100 * loaded) / total : 0;
    status.textContent = sending.replace("{percent}", String(Math.floor(bar.value)));
  });
  request.addEventListener("load", () => {
    if (request.status === 413) return stop(tooLarge);
    if (request.status !== 201) return stop(refusal(request, failed));
    status.textContent = sent;
    location.assign(JSON.parse(request.responseText).location);
  });
  request.addEventListener("error", () => stop(failed));
  request.addEventListener("abort", () => stop(""));
  byId("upload-stop").addEventListener("click", () => request.abort(), { once: true });

  say(error, "");
  progress.hidden = false;
  button.disabled = true;
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.send(new FormData(form));
}

/**
 * Give the form its drop zone, its guess and its progress.
 * @param {HTMLFormElement} form
 */
export function enhanceUpload(form) {
  const file = /** @type {HTMLInputElement} */ (byId("file"));
  const layer = /** @type {HTMLSelectElement} */ (byId("layer"));
  const zone = /** @type {HTMLElement} */ (form.querySelector(".drop"));
  const error = byId("upload-error");
  const { tooLarge = "", guessed = "", onlyOne = "", maxBytes = "0" } = form.dataset;

  const isTooLarge = () => (file.files?.[0]?.size ?? 0) > Number(maxBytes);
  const show = () => {
    const name = file.files?.[0]?.name ?? "";
    say(byId("file-name"), name);
    say(error, isTooLarge() ? tooLarge : "");
    const guess = layer.value ? "" : guessLayer(name, layer);
    if (guess) layer.value = guess;
    say(byId("guessed"), guess ? guessed : "");
  };

  form.classList.add("is-enhanced");
  file.addEventListener("change", show);
  layer.addEventListener("change", () => say(byId("guessed"), ""));
  zone.addEventListener("dragover", () => zone.classList.add("is-over"));
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => zone.classList.remove("is-over"));
  }
  zone.addEventListener("drop", (event) => {
    if ((event.dataTransfer?.files.length ?? 0) < 2) return;
    event.preventDefault();
    say(error, onlyOne);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isTooLarge()) say(error, tooLarge);
    else send(form);
  });
  // A browser that comes back to the page may have kept the file.
  if (file.value) show();
}
