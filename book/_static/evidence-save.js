"use strict";
/* Taking away what is shown: a table for spreadsheets or JSON, each row with its origin and licence. */

(() => {
  const own = window.compendiumEvidence;

  /* A cell of a table; a text that a spreadsheet would take for a formula is kept from it. */
  function cell(value) {
    const text = typeof value === "string" && /^\s*[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  /* Rows as CSV; the sign at the start tells spreadsheets which encoding it is. */
  function asCsv(rows) {
    const columns = Object.keys(rows[0] || { id: "" });
    const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
    return `\ufeff${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
  }

  /* Rows as JSON, with what they are and how they were chosen. */
  function asJson(rows, about) {
    return `${JSON.stringify({ ...about, rows }, null, 1)}\n`;
  }

  /* Hand a file to the reader. */
  function save(name, content, type) {
    const address = URL.createObjectURL(new Blob([content], { type }));
    const link = own.element("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  Object.assign(own, { asCsv, asJson, save });
})();
