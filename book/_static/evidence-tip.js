"use strict";
/* The names of the codes on a marked span: shown while the pointer or the focus is on it, gone with Escape. */

(() => {
  const own = window.compendiumEvidence;

  /* Watch all marks below an element. */
  function watch(root) {
    const tip = own.element("div", { class: "evidence-tip", role: "tooltip", id: "evidence-tip", hidden: true });
    root.append(tip);
    const over = (event) => {
      const mark = event.target.closest?.("mark[data-names]");
      if (mark) show(root, tip, mark);
    };
    const out = (event) => {
      if (!event.relatedTarget?.closest?.("#evidence-tip, mark[data-names]")) hide(root, tip);
    };
    root.addEventListener("mouseover", over);
    root.addEventListener("focusin", over);
    root.addEventListener("mouseout", out);
    root.addEventListener("focusout", out);
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide(root, tip));
    root.addEventListener("mouseover", (event) => light(root, event.target));
    root.addEventListener("focusin", (event) => light(root, event.target));
  }

  /* Put the names below the span. */
  function show(root, tip, mark) {
    hide(root, tip);
    tip.textContent = mark.dataset.names;
    tip.hidden = false;
    mark.setAttribute("aria-describedby", tip.id);
    const within = root.getBoundingClientRect();
    const at = mark.getClientRects()[0];
    const left = Math.max(0, Math.min(at.left - within.left, within.width - tip.offsetWidth));
    tip.style.left = `${left}px`;
    tip.style.top = `${at.bottom - within.top}px`;
  }

  function hide(root, tip) {
    tip.hidden = true;
    root.querySelector("[aria-describedby=evidence-tip]")?.removeAttribute("aria-describedby");
  }

  /* Let the spans of a code stand out while its name is pointed at. */
  function light(root, target) {
    for (const mark of root.querySelectorAll("mark.evidence-lit")) mark.classList.remove("evidence-lit");
    const item = target.closest?.("li[data-code]");
    if (!item) return;
    for (const mark of item.closest("article").querySelectorAll("mark[data-codes]")) {
      mark.classList.toggle("evidence-lit", mark.dataset.codes.split(" ").includes(item.dataset.code));
    }
  }

  own.watchMarks = watch;
})();
