/** Show only the faults whose row, column or content holds what is typed. */

/** @param {HTMLInputElement} input */
export function enhanceFilter(input) {
  const rows = /** @type {HTMLElement[]} */ ([
    ...document.querySelectorAll("#faults tbody tr"),
  ]);
  const groups = /** @type {HTMLDetailsElement[]} */ ([
    ...document.querySelectorAll("#faults details"),
  ]);
  const count = document.getElementById("faults-count");
  const wasOpen = groups.map((group) => group.open);

  const apply = () => {
    const wanted = input.value.trim().toLowerCase();
    let found = 0;
    for (const row of rows) {
      row.hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
      if (!row.hidden) found += 1;
    }
    groups.forEach((group, place) => {
      group.hidden = !group.querySelector("tbody tr:not([hidden])");
      group.open = wanted ? !group.hidden : wasOpen[place];
    });
    if (!count) return;
    count.hidden = !wanted;
    count.textContent = (input.dataset.count ?? "").replace("{count}", String(found));
  };

  input.hidden = false;
  input.addEventListener("input", apply);
}
