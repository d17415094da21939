// Who is ticked, kept in this tab for each person, business and filter: ids alone, so it outlives paging, sorting and reload.
const MOST = 10_000;
const place = () => `ticks ${document.getElementById("customers-results").dataset.selection}`;

/** `ids` are those ticked; with `all` everyone who matches is, and `ids` are those taken out again. */
export function load() {
  const { all = false, ids = [] } = JSON.parse(sessionStorage.getItem(place()) ?? "{}");
  return { all, ids: new Set(ids) };
}

/** Whether it was kept: more single ids than that are no work for a hand, nor for a form. */
export function save({ all, ids }) {
  if (ids.size > MOST) return false;
  sessionStorage.setItem(place(), JSON.stringify({ all, ids: [...ids] }));
  return true;
}

export const isTicked = ({ all, ids }, id) => all !== ids.has(id);

/** The ticks with some rows ticked, or unticked. */
export function changed(ticks, some, on) {
  const ids = new Set(ticks.ids);
  for (const id of some) on === ticks.all ? ids.delete(id) : ids.add(id);
  return { ...ticks, ids };
}
