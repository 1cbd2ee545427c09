// Keyboard shortcuts, switchable off (WCAG 2.1.4). Pages read and work without this file.
(() => {
  "use strict";
  const KEY = "preclaim.shortcuts";
  const box = document.getElementById("shortcuts");
  const on = () => {
    try { return localStorage.getItem(KEY) !== "off"; } catch { return true; }
  };
  if (box) {
    box.checked = on();
    box.addEventListener("change", () => {
      try { localStorage.setItem(KEY, box.checked ? "on" : "off"); } catch { /* private mode */ }
    });
  }
  const here = document.querySelector("nav.pages [aria-current]");
  if (here) here.scrollIntoView({ inline: "center", block: "nearest" });
  let row = -1;
  let afterG = false;
  const rows = () => [...document.querySelectorAll("[data-row] a, .verb")].filter(
    (a, i, all) => a.classList.contains("verb") || a === a.closest("[data-row]").querySelector("a"));
  const move = (step) => {
    const found = rows();
    if (!found.length) return;
    row = Math.max(0, Math.min(found.length - 1, row + step));
    found[row].focus();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !on()) return;
    const go = { c: "/preclaims", t: "/", d: "/devices" }[event.key];
    if (afterG && go) { location.assign(go); return; }
    afterG = event.key === "g";
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
    const form = document.querySelector(`details[data-key="${CSS.escape(event.key)}"]`);
    if (form) { // opens the form, never sends it
      event.preventDefault();
      form.open = true;
      const first = form.querySelector("select, input:not([type=hidden]), textarea, button");
      if (first) first.focus();
    }
    if (event.key === "/") {
      const search = document.getElementById("search");
      if (search) { event.preventDefault(); search.focus(); }
    }
  });
})();
