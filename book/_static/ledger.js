// Sorts and filters the ledger; what is chosen stands in the address. Without it the ledger is a plain table.
"use strict";
{
  const labels = JSON.parse(document.getElementById("ledger-labels").textContent);
  const table = document.querySelector("table.ledger");
  const form = document.querySelector(".ledger-form");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const selects = Array.from(form.querySelectorAll("select"));
  let sorted = { column: "claim", isDown: false };

  /** What a row is sorted by: its place in the article, the order of a field's choices, a number, or words. */
  function key(row, column) {
    const select = form.elements.namedItem(column);
    if (column === "claim") return rows.indexOf(row);
    if (select instanceof HTMLSelectElement) return Array.from(select.options).findIndex((option) => option.value === row.dataset[column]);
    if (column === "statement") return row.cells[2].textContent;
    const { value } = row.dataset;
    return value === "" || Number.isNaN(Number(value)) ? value : Number(value);
  }

  /** Numbers come before words, and nothing comes last. */
  function compare(one, other) {
    const [first, second] = [one, other].map((key) => (key === "" ? 2 : typeof key === "string" ? 1 : 0));
    if (first !== second) return first - second;
    return typeof one === "string" ? one.localeCompare(other, document.documentElement.lang) : one - other;
  }

  /** Put the rows in order; equal ones stay as the article has them. */
  function sort() {
    const keys = new Map(rows.map((row) => [row, key(row, sorted.column)]));
    const order = rows.toSorted((one, other) => (sorted.isDown ? -1 : 1) * compare(keys.get(one), keys.get(other)));
    body.append(...order);
    for (const head of table.tHead.rows[0].cells) {
      const isIt = head.dataset.column === sorted.column;
      head.setAttribute("aria-sort", isIt ? (sorted.isDown ? "descending" : "ascending") : "none");
    }
  }

  /** Show the rows that fit every field, and say how many. */
  function filter() {
    const wanted = form.elements.namedItem("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = selects.every((select) => !select.value || row.dataset[select.name] === select.value)
        && wanted.every((word) => texts.get(row).includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    const told = labels.shown.replace("{shown}", String(shown)).replace("{all}", String(rows.length));
    form.querySelector("[role=status]").textContent = told;
  }

  /** Write what is chosen into the address. */
  function keep() {
    const state = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) state.set(name, value);
    if (sorted.column !== "claim" || sorted.isDown) state.set("sort", sorted.column);
    if (sorted.isDown) state.set("down", "1");
    const hash = state.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  /** Choose what the address says; the address of a row shows all rows and goes to that one. */
  function read() {
    const row = document.getElementById(location.hash.slice(1));
    const state = new URLSearchParams(row ? "" : location.hash.slice(1));
    form.reset();
    for (const field of form.elements) {
      if (field.name && state.has(field.name)) field.value = state.get(field.name);
    }
    const column = state.get("sort");
    const isKnown = Array.from(table.tHead.rows[0].cells, (head) => head.dataset.column).includes(column);
    sorted = { column: isKnown ? column : "claim", isDown: state.has("down") };
    sort();
    filter();
    if (!row) return;
    if (row instanceof HTMLDetailsElement) row.open = true;
    row.scrollIntoView();
  }

  /** Make the heads of the columns into buttons. */
  function prepareHeads() {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.title = labels.sort.replace("{column}", head.textContent);
      button.addEventListener("click", () => {
        const isSame = sorted.column === head.dataset.column;
        sorted = { column: head.dataset.column, isDown: isSame && !sorted.isDown };
        sort();
        keep();
      });
      head.replaceChildren(button);
    }
  }

  prepareHeads();
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { filter(); keep(); });
  form.addEventListener("reset", () => window.setTimeout(() => { filter(); keep(); }));
  window.addEventListener("hashchange", read);
  read();
}
