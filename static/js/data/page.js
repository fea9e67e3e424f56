/**
 * The pages below /data. Without this script they work as well; with it an upload shows its
 * progress, a job its stage, and a report its map.
 */
import { watchJob } from "./job.js";
import { enhanceUpload } from "./upload.js";

const upload = document.querySelector("form#upload");
if (upload instanceof HTMLFormElement) enhanceUpload(upload);

const job = document.getElementById("job");
if (job) watchJob(job);

const filter = document.getElementById("faults-filter");
if (filter instanceof HTMLInputElement) {
  const { enhanceFilter } = await import("./filter.js");
  enhanceFilter(filter);
}

const map = document.getElementById("changes-map");
if (map) {
  const { drawChanges } = await import("./map.js");
  await drawChanges(map);
}

document.documentElement.dataset.ready = "true";
