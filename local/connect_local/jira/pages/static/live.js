// Keeps what is marked with data-live as it is now, by asking for the page again every second.
// A child with an id that has not changed is left alone, so that what was opened stays open.

const EVERY_MILLISECONDS = 1000;
const shown = new WeakMap();
const last = new Map();
const regions = [...document.querySelectorAll("[data-live]")];

function remember(region) {
  for (const child of region.children) {
    shown.set(child, child.outerHTML);
  }
}

function bring(region, fresh) {
  const known = new Map([...region.children].filter((child) => child.id).map((child) => [child.id, child]));
  let place = region.firstElementChild;
  for (const child of [...fresh.children]) {
    const same = known.get(child.id);
    known.delete(child.id);
    if (same?.parentElement === region && shown.get(same) === child.outerHTML) {
      while (place !== same) {
        const gone = place;
        place = place.nextElementSibling;
        gone.remove();
      }
      place = same.nextElementSibling;
    } else {
      shown.set(child, child.outerHTML);
      region.insertBefore(child, place);
    }
  }
  while (place) {
    const gone = place;
    place = place.nextElementSibling;
    gone.remove();
  }
}

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const region of regions) {
    const now = fresh.getElementById(region.id);
    if (now && now.innerHTML !== last.get(region)) {
      last.set(region, now.innerHTML);
      bring(region, now);
    }
  }
}

async function again() {
  if (!document.hidden) {
    await refresh().catch(() => {});
  }
  setTimeout(again, EVERY_MILLISECONDS);
}

if (regions.length) {
  regions.forEach(remember);
  setTimeout(again, EVERY_MILLISECONDS);
}
