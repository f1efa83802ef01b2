// Lets one walk the map of the argument. Without it every entry is a link into the outline below, which says the same.
"use strict";
{
  const figure = document.querySelector(".argument-map");
  const panel = figure.querySelector(".map-panel");
  const status = figure.querySelector(".map-status");
  const labels = JSON.parse(document.getElementById("map-labels").textContent);
  const nodes = new Map(Array.from(figure.querySelectorAll(".map-node"), (node) => [node.dataset.node, node]));
  const edges = Array.from(figure.querySelectorAll(".map-edge"));
  const layers = [...new Set(Array.from(nodes.values(), (node) => node.dataset.layer))];
  let held = "";

  /** The entries at the other end of an entry's lines. */
  const neighbours = (name) => edges.flatMap(({ dataset: { start, end } }) => start === name ? [end] : end === name ? [start] : []);

  /** The number of an entry's column. */
  const column = (name) => layers.indexOf(nodes.get(name).dataset.layer);

  /** Let an entry and what it is linked to stand out; none gives the whole map back. */
  function light(name) {
    const near = new Set(name ? [name, ...neighbours(name)] : []);
    figure.classList.toggle("is-walked", Boolean(name));
    for (const [other, node] of nodes) {
      node.classList.toggle("is-near", near.has(other));
      node.classList.toggle("is-here", other === name);
      node.classList.toggle("is-held", other === held);
    }
    for (const edge of edges) edge.classList.toggle("is-near", edge.dataset.start === name || edge.dataset.end === name);
  }

  /** Make one entry the place where the keyboard enters the map. */
  function enterAt(name) {
    for (const [other, node] of nodes) node.setAttribute("tabindex", other === name ? "0" : "-1");
  }

  /** Go to an entry with the keyboard. */
  function goTo(name) {
    enterAt(name);
    const node = nodes.get(name);
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Hold an entry and open it: its part of the outline, copied beside the map. */
  function hold(name) {
    held = name;
    light(name);
    enterAt(name);
    const copy = document.getElementById(`outline-${name}`).cloneNode(true);
    const release = document.createElement("button");
    release.type = "button";
    release.textContent = labels.release;
    release.addEventListener("click", () => { goTo(name); letGo(); });
    panel.replaceChildren(release, ...copy.childNodes);
    panel.hidden = false;
    panel.scrollTop = 0;
    status.textContent = panel.querySelector(".map-entry").textContent;
  }

  /** Hold nothing. */
  function letGo() {
    held = "";
    panel.hidden = true;
    panel.replaceChildren();
    status.textContent = "";
    light("");
  }

  /** The entry next to one: within its column, or the nearest at the end of a line to one side. */
  function next(name, key) {
    const inColumn = Array.from(nodes.keys()).filter((other) => column(other) === column(name));
    const at = inColumn.indexOf(name);
    if (key === "ArrowUp") return inColumn[at - 1];
    if (key === "ArrowDown") return inColumn[at + 1];
    if (key === "Home") return inColumn[0];
    if (key === "End") return inColumn.at(-1);
    const side = key === "ArrowRight" ? 1 : -1;
    const there = neighbours(name).filter((other) => Math.sign(column(other) - column(name)) === side);
    const height = (other) => nodes.get(other).querySelector("rect").y.baseVal.value;
    const far = (other) => Math.abs(column(other) - column(name)) * 1e4 + Math.abs(height(other) - height(name));
    return there.sort((one, other) => far(one) - far(other))[0];
  }

  /** Answer the keys: arrows walk, Enter and space hold, Escape lets go. */
  function answer(event) {
    if (event.key === "Escape" && held) {
      const name = held;
      if (panel.contains(document.activeElement)) goTo(name);
      letGo();
      return;
    }
    const node = event.target.closest(".map-node");
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") hold(node.dataset.node);
    else if (/^Arrow|^Home$|^End$/.test(event.key)) {
      const there = next(node.dataset.node, event.key);
      if (there) goTo(there);
    } else return;
    event.preventDefault();
  }

  figure.addEventListener("keydown", answer);
  figure.addEventListener("pointerover", (event) => {
    const node = event.target.closest(".map-node");
    light(node ? node.dataset.node : held);
  });
  figure.addEventListener("pointerleave", () => light(held));
  figure.addEventListener("focusin", (event) => {
    const node = event.target.closest(".map-node");
    if (node && node.matches(":focus-visible")) light(node.dataset.node);
  });
  figure.addEventListener("focusout", (event) => { if (!figure.contains(event.relatedTarget)) light(held); });
  figure.addEventListener("click", (event) => {
    const node = event.target.closest(".map-node");
    const way = event.target.closest(".map-panel [data-goes]");
    if (!node && !way) return;
    event.preventDefault();
    if (way) goTo(way.dataset.goes);
    hold(node ? node.dataset.node : way.dataset.goes);
  });
  document.getElementById("map-help").hidden = false;
  enterAt(nodes.keys().next().value);
}
