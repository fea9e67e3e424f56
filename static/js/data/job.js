/** A job that is under way: ask how far it is, and show the outcome when it has ended. */

const OPEN = ["queued", "running"];
const PAUSE_MS = 1000;
const RETRY_MS = 4000;

/**
 * Ask until the job has ended, then load the page anew.
 * @param {HTMLElement} node holds the address to ask and what to say without an answer
 */
export function watchJob(node) {
  const { address = "", failed = "" } = node.dataset;
  const bar = node.querySelector("progress");
  const stage = document.getElementById("job-stage");
  if (!bar || !stage) return;

  /** @param {{share: number | null, text: string}} progress */
  const show = ({ share, text }) => {
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
    // A status is read aloud each time it is written.
    if (stage.textContent !== text) stage.textContent = text;
  };

  const ask = async () => {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) return location.reload();
      const progress = await answer.json();
      if (!OPEN.includes(progress.state)) return location.reload();
      show(progress);
      setTimeout(ask, PAUSE_MS);
    } catch {
      stage.textContent = failed;
      setTimeout(ask, RETRY_MS);
    }
  };
  setTimeout(ask, PAUSE_MS);
}
