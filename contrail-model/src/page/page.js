"use strict";
// Tables: a filter above, and headings that sort. What does nothing without a script is made by it.
const order = new Intl.Collator("en", { numeric: true });
const element = (name, properties) => Object.assign(document.createElement(name), properties);
const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent;

for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = element("button", { type: "button" });
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const down = heading.ariaSort === "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      body.append(...rows.toSorted((a, b) => sign * order.compare(key(a, column), key(b, column))));
    });
  });

  const input = element("input", { type: "search" });
  const count = element("span", { className: "count", role: "status" });
  const label = element("label", { textContent: "Filter " });
  label.append(input);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = shown < rows.length ? `${shown} of ${rows.length} rows` : "";
  });
  const tools = element("div", { className: "tools" });
  tools.append(label, count);
  table.closest(".scrolls").before(tools);
}

// Traces: all hops of a way opened or closed at once.
for (const list of document.querySelectorAll(".hops")) {
  const hops = [...list.querySelectorAll("details")];
  const button = element("button", { type: "button", textContent: "Open or close all hops" });
  button.addEventListener("click", () => {
    const open = hops.some((hop) => !hop.open);
    hops.forEach((hop) => { hop.open = open; });
  });
  const tools = element("div", { className: "tools" });
  tools.append(button);
  list.before(tools);
}
