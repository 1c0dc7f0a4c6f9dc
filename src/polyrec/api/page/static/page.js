// Sends forms in place and puts what has changed into the page. Without it everything works too.
"use strict";

const status = document.getElementById("status");
const isRightToLeft = document.documentElement.dir === "rtl";
const SHOWN_MS = 10000;
let busy = false;
let waiting = 0;

function tell(words) {
  clearTimeout(waiting);
  status.textContent = "";
  status.dataset.fresh = "";
  // a moment later, so that the same words twice are read out twice
  setTimeout(() => { status.textContent = words; }, 50);
  waiting = setTimeout(() => { status.textContent = ""; }, SHOWN_MS);
}

function focusAgain(id, areas) {
  const same = id && document.getElementById(id);
  if (same && !same.closest("[hidden]")) return same.focus();
  const heading = document.querySelector(`#${areas[0]} [tabindex="-1"]`);
  return heading && heading.focus();
}

function swap(areas, found) {
  for (const area of areas) {
    const old = document.getElementById(area);
    const fresh = found.getElementById(area);
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  }
}

async function send(form, button) {
  const areas = form.dataset.swap.split(" ");
  const fields = new URLSearchParams(new FormData(form, button));
  const focused = document.activeElement && document.activeElement.id;
  const area = document.getElementById(areas[0]);
  busy = true;
  area.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!found.getElementById(areas[0])) {
      // another screen: the session has ended, or something went wrong
      const told = found.querySelector("h1");
      if (answer.ok || !told) return location.assign("/");
      return tell(told.textContent);
    }
    swap(areas, found);
    prepare();
    tell(found.getElementById("status").textContent);
    focusAgain(form.dataset.leads || focused, areas);
  } catch {
    tell(document.body.dataset.failed);
  } finally {
    busy = false;
    for (const each of document.querySelectorAll("[aria-busy]")) each.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.swap) return;
  event.preventDefault();
  if (!busy) send(form, event.submitter);
});

// The five stars are one stop for the tab key; arrows lead from one to the next.
function prepare() {
  for (const stars of document.querySelectorAll(".stars")) {
    stars.setAttribute("role", "toolbar");
    [...stars.children].forEach((star, place) => { star.tabIndex = place ? -1 : 0; });
  }
}

document.addEventListener("keydown", (event) => {
  const star = event.target.closest(".stars button");
  const step = { ArrowRight: isRightToLeft ? -1 : 1, ArrowLeft: isRightToLeft ? 1 : -1 }[event.key];
  if (!star || !step) return;
  const all = [...star.parentElement.children];
  const next = all[(all.indexOf(star) + step + all.length) % all.length];
  for (const each of all) each.tabIndex = each === next ? 0 : -1;
  next.focus();
  event.preventDefault();
});

prepare();
