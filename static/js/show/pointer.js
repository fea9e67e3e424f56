/**
 * What mouse and finger do. On the text a click turns the page; the map is for those who ask:
 * whoever drags it, zooms it or clicks on a thing explores, and the page waits.
 */

/**
 * @typedef {import("./state.js").Show} Show
 * @typedef {import("./things.js").Thing} Thing
 */

const FLICK_MS = 400;
const FLICK_PX = 50;

/** A quick move of a finger to one side. */
class Flick {
  /** @type {{x: number, y: number, time: number}|null} */
  #start = null;

  /** @param {PointerEvent} event */
  begin({ clientX: x, clientY: y, pointerType, isPrimary }) {
    // A second finger makes it a pinch.
    this.#start = pointerType === "touch" && isPrimary ? { x, y, time: performance.now() } : null;
  }

  /**
   * Return the page that a flick turns to: 1 the next, -1 the one before, 0 if it is none.
   * @param {PointerEvent} event
   * @returns {1|-1|0}
   */
  end({ clientX, clientY }) {
    const start = this.#start;
    this.#start = null;
    if (!start || performance.now() - start.time > FLICK_MS) return 0;
    const [dx, dy] = [clientX - start.x, clientY - start.y];
    if (Math.abs(dx) < FLICK_PX || Math.abs(dx) < 1.5 * Math.abs(dy)) return 0;
    return dx < 0 ? 1 : -1;
  }
}

/**
 * Let the slide and what covers it answer clicks and flicks.
 * @param {HTMLElement[]} roots
 * @param {Show} show
 */
export function answerSlide(roots, show) {
  const flick = new Flick();
  let flicked = false;
  for (const root of roots) {
    root.addEventListener("pointerdown", (event) => flick.begin(event));
    root.addEventListener("pointerup", (event) => {
      const step = flick.end(event);
      flicked = step !== 0;
      if (step) show.turn(step);
    });
    root.addEventListener("click", () => {
      // Some browsers call the end of a flick a click as well.
      if (!flicked) show.turn(1);
      flicked = false;
    });
  }
}

/**
 * Let the map answer: what is asked of it, and what turns the page.
 * @param {any} map
 * @param {Show} show
 * @param {{find: (point: {x: number, y: number}) => Thing|null,
 *   ask: (thing: Thing|null) => void}} answers
 */
export function answerMap(map, show, { find, ask }) {
  const root = map.getContainer();
  const flick = new Flick();
  const explore = () => show.set({ exploring: true });
  let step = /** @type {1|-1|0} */ (0);
  root.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => flick.begin(event), true);
  root.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => {
    step = show.now.exploring ? 0 : flick.end(event);
  }, true);
  root.addEventListener("wheel", explore, { passive: true });
  map.on("dragend", () => {
    if (step) show.turn(step);
    else explore();
    step = 0;
  });
  root.addEventListener("touchstart", (/** @type {TouchEvent} */ { touches }) => {
    if (touches.length > 1) explore();
  }, { passive: true });
  map.on("click", (/** @type {any} */ { containerPoint }) => {
    const thing = find(containerPoint);
    if (!thing && !show.now.exploring) show.turn(1);
    else {
      explore();
      ask(thing);
    }
  });
  map.on("mousemove", (/** @type {any} */ { containerPoint }) => {
    root.classList.toggle("is-over", Boolean(find(containerPoint)));
  });
}
