"use strict";
/* The files of the evidence browser: scripts that hand on their content, each loaded once and only when it is needed.
   A page that was opened from a disk may load scripts and nothing else. */

window.compendiumEvidence = (() => {
  const taken = new Map();
  const waiting = new Map();
  const place = { folder: "", version: "" };

  /* What a file calls with its content. */
  function take(name, content) {
    taken.set(name, content);
  }

  /* Where the files are; the version keeps a browser from mixing files of two builds. */
  function setPlace(folder, version) {
    Object.assign(place, { folder, version });
  }

  /* The content of a file, at once if it is there already. */
  function held(name) {
    return taken.get(name);
  }

  /* The content of a file, when it has come. */
  function load(name) {
    if (taken.has(name)) return Promise.resolve(taken.get(name));
    if (!waiting.has(name)) waiting.set(name, fetchScript(name));
    return waiting.get(name);
  }

  /* Several files at once. */
  function loadAll(names) {
    return Promise.all([...new Set(names)].map(load));
  }

  /* Put a script into the page and wait for what it hands on. */
  function fetchScript(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const fail = () => {
        waiting.delete(name);
        script.remove();
        reject(new Error(name));
      };
      script.src = `${place.folder}${name}.js?v=${place.version}`;
      script.onload = () => (taken.has(name) ? resolve(taken.get(name)) : fail());
      script.onerror = fail;
      document.head.append(script);
    });
  }

  return { take, setPlace, held, load, loadAll };
})();
