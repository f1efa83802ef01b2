// What the marks of a figure say: shown to the pointer, to a finger and to the arrow keys, and said to who cannot see it.
"use strict";

{
  const labels = JSON.parse(document.getElementById("figures-labels").textContent);
  // How far from a mark, in pixels, one may point at it.
  const REACH = { mouse: 8, pen: 12, touch: 24 };
  const LINGER = 200;
  // What the page's own header hides at the top of the window.
  const HEADER = 56;
  const EAST = /[\u2e80-\uffff]/u;
  const WORD = /\p{L}{2}/u;

  const tip = document.createElement("div");
  tip.className = "figure-tip";
  tip.setAttribute("aria-hidden", "true");
  tip.hidden = true;
  const voice = document.createElement("div");
  voice.className = "figure-voice";
  voice.setAttribute("aria-live", "polite");
  document.body.append(tip, voice);

  // The mark that speaks, and the timer that ends it.
  let lit = null;
  let leaving = 0;

  // Lines as elements, each marked where it is not in the language of the page.
  const written = (lines) =>
    lines.map((line) => {
      const element = document.createElement("div");
      element.textContent = line;
      if (!document.documentElement.lang.startsWith(labels.source) && WORD.test(line) && !EAST.test(line)) {
        element.lang = labels.source;
      }
      return element;
    });

  const hide = () => {
    clearTimeout(leaving);
    lit?.box.classList.remove("lit");
    lit = null;
    tip.hidden = true;
    voice.replaceChildren();
  };

  const hideSoon = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, LINGER);
  };

  // Above the mark where there is room, else below; never beyond the window's sides.
  const place = (mark) => {
    const at = mark.box.getBoundingClientRect();
    const above = at.top - tip.offsetHeight - 6;
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const left = Math.max(8, Math.min(at.left + at.width / 2 - tip.offsetWidth / 2, room));
    tip.style.left = `${left + window.scrollX}px`;
    tip.style.top = `${(above > HEADER ? above : at.bottom + 6) + window.scrollY}px`;
  };

  const show = (mark, { aloud = false } = {}) => {
    clearTimeout(leaving);
    if (mark !== lit) {
      hide();
      lit = mark;
      mark.drawing.dataset.marks = String(mark.number);
      mark.box.classList.add("lit");
      tip.replaceChildren(...written(mark.lines));
      tip.hidden = false;
      place(mark);
    }
    if (aloud) {
      voice.replaceChildren(...written(mark.lines));
    }
  };

  // The smallest of the marks that lie nearest to where one points, if one is within reach.
  const nearest = (marks, event) => {
    const svg = marks[0].box.ownerSVGElement;
    const screen = svg.getScreenCTM();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(screen.inverse());
    let found = null;
    let best = (REACH[event.pointerType] ?? REACH.mouse) / screen.a;
    for (const mark of marks) {
      const across = Math.max(mark.x - at.x, 0, at.x - mark.x - mark.width);
      const up = Math.max(mark.y - at.y, 0, at.y - mark.y - mark.height);
      const far = Math.hypot(across, up);
      if (far < best || (found && far === best && mark.width * mark.height < found.width * found.height)) {
        found = mark;
        best = far;
      }
    }
    return found;
  };

  // The next mark in a direction: along the figure's own order, or to the nearest one above or below.
  const beside = (marks, key, from) => {
    if (key === "Home") return marks[0];
    if (key === "End") return marks.at(-1);
    if (key === "ArrowRight") return marks[Math.min(from.number + 1, marks.length - 1)];
    if (key === "ArrowLeft") return marks[Math.max(from.number - 1, 0)];
    const way = key === "ArrowDown" ? 1 : -1;
    const off = (mark) => way * (mark.y + mark.height / 2 - from.y - from.height / 2);
    const far = (mark) => off(mark) + 2 * Math.abs(mark.x + mark.width / 2 - from.x - from.width / 2);
    return marks.filter((mark) => off(mark) > 1).sort((one, other) => far(one) - far(other))[0] ?? from;
  };

  const onKey = (drawing, marks, event) => {
    const known = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key);
    if (!known || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = marks[Number(drawing.dataset.marks)];
    const mark = lit === from ? beside(marks, event.key, from) : from;
    mark.box.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(mark, { aloud: true });
  };

  // Take the titles, which browsers would show as well, and make the figure one stop for the keyboard.
  const watch = (drawing) => {
    const boxes = [...drawing.querySelectorAll("g.tips rect")];
    const marks = boxes.map((box, number) => {
      const title = box.querySelector("title");
      title.remove();
      const [x, y, width, height] = ["x", "y", "width", "height"].map((side) => Number(box.getAttribute(side)));
      return { box, drawing, number, x, y, width, height, lines: title.textContent.split("\n") };
    });
    if (marks.length === 0) return;
    drawing.dataset.marks = "0";
    drawing.tabIndex = 0;
    drawing.setAttribute("role", "group");
    drawing.setAttribute("aria-label", labels.help.replace("{count}", String(marks.length)));
    drawing.addEventListener("keydown", (event) => onKey(drawing, marks, event));
    drawing.addEventListener("focus", () => {
      if (drawing.matches(":focus-visible")) show(marks[Number(drawing.dataset.marks)], { aloud: true });
    });
    drawing.addEventListener("blur", hide);
    drawing.addEventListener("scroll", () => lit && place(lit), { passive: true });
    drawing.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") return;
      const mark = nearest(marks, event);
      if (mark) show(mark);
      else if (lit) hideSoon();
    });
    drawing.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && hideSoon());
    drawing.addEventListener("click", (event) => {
      const mark = nearest(marks, event);
      if (mark) show(mark, { aloud: event.pointerType === "touch" });
      else hide();
    });
  };

  // The code to which a link leads stands open.
  const unfold = () => {
    const cell = location.hash.startsWith("#cell-") ? document.getElementById(location.hash.slice(1)) : null;
    cell?.querySelector("details.hide")?.setAttribute("open", "");
  };

  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", hideSoon);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("click", (event) => {
    if (lit && !lit.drawing.contains(event.target) && !tip.contains(event.target)) hide();
  });
  window.addEventListener("resize", hide);
  window.addEventListener("hashchange", unfold);
  unfold();
  document.querySelectorAll(".result-drawing").forEach(watch);
}
