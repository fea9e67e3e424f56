/** What the show asks of the browser: a full screen, a screen that stays on, no pointer. */

const POINTER_MS = 3000;

/** Fill the screen, or give it back; browsers refuse both unless somebody pressed a key. */
export async function toggleFullScreen() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else {
      await document.documentElement.requestFullscreen();
      // Else Esc would end the full screen while a card or a black slide is what one leaves.
      await /** @type {any} */ (navigator).keyboard?.lock?.(["Escape"]);
    }
  } catch {
    // Full screen is a wish: the show goes on in its window.
  }
}

/** Keep the screen on while the page is seen, where the browser can. */
export function keepAwake() {
  const ask = async () => {
    if (document.hidden) return;
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // Not over an insecure connection, not on a battery that is low.
    }
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}

/**
 * Show pointer and buttons while somebody moves, and for a moment after.
 * @param {HTMLElement} root
 */
export function hidePointer(root) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const rest = () => root.classList.remove("is-awake");
  const wake = () => {
    root.classList.add("is-awake");
    clearTimeout(timer);
    timer = setTimeout(rest, POINTER_MS);
  };
  for (const name of ["pointermove", "pointerdown", "focusin"]) document.addEventListener(name, wake);
}
