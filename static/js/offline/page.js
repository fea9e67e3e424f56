/** What every page of the offline package does besides: the search box, which no server answers. */

const form = document.getElementById("search");

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  /** @type {HTMLElement|null} */ (form.querySelector(".search-option"))?.click();
});
