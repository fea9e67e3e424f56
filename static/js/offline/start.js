/**
 * The first script of every page of the offline package, a classic one, for from `file://` a
 * browser loads no module by its address. `PARKS_PACKAGE` stands above it when it is packed.
 *
 * It says that the files are unpacked, and lets `PARKS_FILES` have the data: each is a script
 * beside the page that is fetched when it is first asked for.
 */
(() => {
  const own = /** @type {HTMLScriptElement} */ (document.currentScript);
  const folder = new URL("../", own.src);
  const { version, data, pages } = PARKS_PACKAGE;
  /** @type {Record<string, any>} */
  const kept = {};
  /** @type {Record<string, Promise<any>>} */
  const asked = {};

  /** @param {string} name @returns {Promise<any>} */
  const load = (name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(`${name}.js`, folder).href;
      script.onload = () =>
        name in kept ? resolve(kept[name]) : reject(new Error(`${name} is damaged`));
      script.onerror = () => reject(new Error(`${name} is missing`));
      document.head.append(script);
    });

  const ask = (/** @type {string} */ name) => {
    asked[name] ??= load(name).catch((error) => {
      delete asked[name];
      throw error;
    });
    return asked[name];
  };

  // A script of another version was copied in among ours: it counts as damaged.
  PARKS_PACKAGE.keep = (name, from, value) => {
    if (from === version) kept[name] = value;
  };
  globalThis.PARKS_PAGES = pages;
  globalThis.PARKS_FILES = {};
  for (const name of data) {
    Object.defineProperty(globalThis.PARKS_FILES, name, { get: () => ask(name), enumerable: true });
  }
  document.documentElement.classList.add("is-unpacked");
  // The page of the pre-flight asks every page whether it is there.
  if (parent === window) return;
  const tell = (/** @type {boolean} */ ready) =>
    parent.postMessage({ file: own.dataset.file, version, ready }, "*");
  tell(false);
  const watch = new MutationObserver(() => tell(document.documentElement.dataset.ready === "true"));
  watch.observe(document.documentElement, { attributeFilter: ["data-ready"] });
})();
