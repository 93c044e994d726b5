// One Plotly chart per node: the node, the zoom and the selection outlive every rerun.
// window.Plotly may be Streamlit's own copy, which needs eval for WebGL: ours is the strict build.
let library;
let loading;
const load = () =>
  (loading ??= new Promise((done, fail) => {
    const tag = document.createElement("script");
    tag.src = new URL("app/static/plotly.min.js", document.baseURI).href;
    tag.onload = () => done((library = window.Plotly));
    tag.onerror = () => {
      loading = undefined;
      fail(new Error("plotly.min.js"));
    };
    document.head.append(tag);
  }));

/**
 * Read the payload: length, JSON header, float32 arrays referenced as
 * {"$f32": [offset, length, columns?]}.
 */
function unpack(data) {
  const bytes = (data instanceof Uint8Array ? data : new Uint8Array(data)).slice(); // aligned copy
  const size = new DataView(bytes.buffer).getUint32(0, true);
  const floats = new Float32Array(bytes.buffer, 4 + size);
  const fill = (value) => {
    if (!value || typeof value !== "object") return value;
    if (Array.isArray(value) && typeof value[0] !== "object") return value;
    if (!value.$f32) {
      for (const name in value) value[name] = fill(value[name]);
      return value;
    }
    const [start, length, columns] = value.$f32;
    const flat = floats.subarray(start, start + length);
    if (!columns) return flat;
    const row = (_, number) => flat.subarray(number * columns, (number + 1) * columns);
    return Array.from({ length: length / columns }, row);
  };
  return fill(JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size))));
}

/**
 * Keep the old object wherever nothing changed, because Plotly skips what is identical and redraws
 * what is not.
 */
function reuse(old, fresh) {
  if (old === fresh || !old || !fresh) return fresh;
  if (typeof old !== "object" || typeof fresh !== "object") return fresh;
  if (old.constructor !== fresh.constructor) return fresh;
  if (ArrayBuffer.isView(fresh)) {
    if (old.length !== fresh.length) return fresh;
    for (let i = 0; i < fresh.length; i++) if (!Object.is(old[i], fresh[i])) return fresh;
    return old;
  }
  const names = Object.keys(fresh);
  let same = names.length === Object.keys(old).length;
  for (const name of names) {
    const kept = reuse(old[name], fresh[name]);
    if (kept !== old[name] || !(name in old)) same = false;
    fresh[name] = kept;
  }
  return same ? old : fresh;
}

/** The colours of a figure on a dark page. */
function tint(value, table) {
  if (typeof value === "string") return table.get(value) ?? value;
  if (!value || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((item) => tint(item, table));
  const tinted = ([name, item]) => [name, tint(item, table)];
  return Object.fromEntries(Object.entries(value).map(tinted));
}

/** Whether a colour of the page is nearer to black than to white. */
function dark(colour) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
}

/** Streamlit's theme as a Plotly template: defaults only, so whatever Python set still wins. */
function template(parent, colours) {
  const css = getComputedStyle(parent);
  const get = (name, other) => {
    const value = css.getPropertyValue(`--st-${name}`).trim();
    return value && value !== "unset" ? value : other;
  };
  const ink = get("text-color", colours.ink);
  const paper = get("background-color", colours.paper);
  const grid = get("border-color-light", get("border-color", colours.grid));
  const line = get("border-color", grid);
  const accent = get("primary-color", colours.accent);
  const axis = {
    gridcolor: grid,
    linecolor: line,
    zerolinecolor: line,
    automargin: true,
    title: { standoff: 12 },
  };
  return {
    layout: {
      font: { family: get("font", "sans-serif"), color: ink, size: 13 },
      paper_bgcolor: colours.clear,
      plot_bgcolor: colours.clear,
      colorway: get("chart-categorical-colors", "").match(/(#\w+|\w+\([^)]*\))/g) ?? undefined,
      margin: { l: 56, r: 24, t: 32, b: 48 },
      xaxis: axis,
      yaxis: axis,
      polar: {
        bgcolor: colours.clear,
        radialaxis: { gridcolor: grid, linecolor: line },
        angularaxis: { gridcolor: grid, linecolor: line },
      },
      hoverlabel: { bgcolor: paper, bordercolor: line, font: { color: ink } },
      modebar: { bgcolor: paper, color: line, activecolor: accent },
      newselection: { line: { color: accent, width: 1.5, dash: "dot" } },
      annotationdefaults: { font: { color: ink } },
      shapedefaults: { line: { color: ink } },
    },
  };
}

/**
 * Put the toolbar's tooltips into the reader's language without rebuilding the chart, which would
 * lose its zoom.
 */
function translate(node, labels) {
  for (const button of node.querySelectorAll(".modebar-btn[data-title]")) {
    const english = (button.dataset.english ??= button.dataset.title);
    const text = labels[english] ?? english;
    if (button.dataset.title !== text) button.dataset.title = text;
    if (button.getAttribute("aria-label") !== text) button.setAttribute("aria-label", text);
  }
}

/**
 * Draw a trace with meta.groups as one trace per group, marker.color holding each point's group
 * number: Plotly recolours 10,000 points one by one, but draws a handful of one-colour traces 2-3
 * times faster. `from` leads back to Python's own trace and point numbers.
 */
function expand(traces) {
  return traces.flatMap((trace, curve) => {
    const groups = trace.meta?.groups;
    if (!groups) return [{ trace, curve }];
    const { meta, ...rest } = trace;
    const codes = trace.marker.color;
    const members = groups.map(() => []);
    for (let i = 0; i < codes.length; i++) members[codes[i]]?.push(i);
    return groups.map((group, number) => {
      const from = members[number];
      const part = (value) => {
        if (value?.length !== codes.length || typeof value === "string") return value;
        if (Array.isArray(value)) return from.map((i) => value[i]);
        return Float32Array.from(from, (i) => value[i]);
      };
      const parts = (item) =>
        Object.fromEntries(Object.entries(item).map(([name, value]) => [name, part(value)]));
      const { color, ...marker } = parts(trace.marker);
      const own = { uid: `g${curve}-${number}`, ...group, marker: { ...marker, ...group.marker } };
      return { trace: { ...parts(rest), ...own }, curve, from };
    });
  });
}

// What stays on one line: no Chinese line begins with a stop or a comma.
const WORD = /[\u2e80-\uffef][，。；：、！？）]*|[^\s\u2e80-\uffef]+\s*[，。；：、！？）]*|\s+/g;

/** A sentence in lines that fit into so many pixels, as wide as its letters usually are. */
function wrapped(sentence, width, size) {
  const lines = [""];
  let room = width;
  for (const word of sentence.match(WORD) ?? []) {
    const wide = word.charCodeAt(0) > 0x2e7f ? word.length * size : word.length * size * 0.56;
    if (wide > room && lines.at(-1)) {
      lines.push("");
      room = width;
    }
    lines[lines.length - 1] += word;
    room -= wide;
  }
  return lines;
}

/** Give the reader a picture, which is there as a data address, as a file. */
function download(address, name) {
  const [head, body] = [address.slice(5, address.indexOf(",")), address.split(/,(.*)/s)[1]];
  const [kind, coding] = head.split(";");
  const letters = coding === "base64" ? atob(body) : decodeURIComponent(body);
  const bytes = coding === "base64" ? Uint8Array.from(letters, (c) => c.charCodeAt(0)) : letters;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const SVG = "http://www.w3.org/2000/svg";
const charts = new WeakMap(); // parentElement -> chart

class Chart {
  constructor(node) {
    this.node = node;
    this.picked = [];
    this.turn = 0;
    this.draws = 0;
    this.observer = new ResizeObserver(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => {
        const width = node.offsetWidth;
        if (node._fullLayout && width && width !== node._fullLayout.width) {
          this.reach();
          if (this.fit(width) !== this.fitted) return this.draw(true);
          library.relayout(node, { width }).then(() => translate(node, this.spec.labels));
        }
      });
    });
    const begin = (event) => (this.gesture = event.shiftKey ? "add" : "set");
    node.addEventListener("pointerdown", begin, true);
  }

  /** What the layout says of figures this wide: names stand elsewhere where there is less room. */
  fit(width) {
    return this.spec.layout.meta?.fits?.findLast(({ from }) => from <= width);
  }

  /** The two ways to save the picture; the same objects always, else Plotly begins anew. */
  get buttons() {
    return (this.kept ??= ["png", "svg"].map((format) => ({
      name: `save-${format}`,
      title: `Save as ${format.toUpperCase()}`,
      icon: format === "png" ? library.Icons.camera : library.Icons.disk,
      click: () => this.save(format),
    })));
  }

  /** The figure as the reader sees it, on the page's ground, with what it is about above it. */
  async save(format) {
    const { node, spec, paper } = this;
    const width = node.offsetWidth;
    const said = (spec.about?.lines ?? []).map((line, place) => {
      const size = place ? 12 : 16;
      const text = wrapped(line, width - 24, size).map((row) => row.replaceAll("<", "&lt;"));
      return { size, text };
    });
    const tall = said.map(({ size, text }) => Math.ceil(1.35 * size * text.length) + 4);
    const above = tall.reduce((sum, part) => sum + part, said.length ? 12 : 0);
    const { l, t, r } = node._fullLayout._size;
    let top = t + above - 6;
    const notes = said.map(({ size, text }, place) => {
      const note = {
        xref: "paper", x: 0, xshift: 12 - l, xanchor: "left", align: "left", showarrow: false,
        yref: "paper", y: 1, yshift: top, yanchor: "top", text: text.join("<br>"), font: { size },
      };
      top -= tall[place];
      return note;
    });
    const margin = { ...node._fullLayout.margin, l, r, t: t + above };
    const layout = {
      ...node.layout,
      margin,
      paper_bgcolor: paper,
      annotations: [...(node.layout.annotations ?? []), ...notes],
    };
    const height = node._fullLayout.height + above;
    const size = { format, width, height, scale: format === "png" ? 2 : 1 };
    const address = await library.toImage({ data: node.data, layout }, size);
    download(address, `${spec.about?.name || spec.key}.${format}`);
  }

  /**
   * How far chance reaches from the point under the pointer, and where it stood before: drawn over
   * the chart, since to have Plotly draw it would take a redraw of all points.
   */
  reach(pair, colour) {
    this.over?.remove();
    const trace = pair && this.spec.traces[pair[0]];
    const reach = trace?.meta?.reach;
    if (!reach) return;
    const { xaxis, yaxis } = this.node._fullLayout;
    const at = (values) => values?.[pair[1]] ?? NaN;
    const [x, y] = [xaxis.l2p(at(trace.x)), yaxis.l2p(at(trace.y))];
    this.over = document.createElementNS(SVG, "svg");
    this.over.setAttribute("class", "reach");
    const place = { left: xaxis._offset, top: yaxis._offset };
    Object.assign(this.over.style, {
      position: "absolute", pointerEvents: "none", overflow: "hidden",
      left: `${place.left}px`, top: `${place.top}px`,
      width: `${xaxis._length}px`, height: `${yaxis._length}px`,
    });
    const add = (kind, facts) => {
      const part = document.createElementNS(SVG, kind);
      for (const [name, value] of Object.entries(facts)) part.setAttribute(name, value);
      this.over.append(part);
    };
    const line = (name, x1, y1, x2, y2, width) => {
      if (![x1, y1, x2, y2].every(Number.isFinite)) return;
      add("line", { class: name, x1, y1, x2, y2, stroke: colour, "stroke-width": width });
    };
    const [left, right] = [reach.x_low, reach.x_high].map((values) => xaxis.l2p(at(values)));
    const [low, high] = [reach.y_low, reach.y_high].map((values) => yaxis.l2p(at(values)));
    line("arm", left, y, right, y, 2);
    line("arm", x, low, x, high, 2);
    for (const end of [left, right]) line("end", end, y - 4, end, y + 4, 2);
    for (const end of [low, high]) line("end", x - 4, end, x + 4, end, 2);
    const [cx, cy] = [xaxis.l2p(at(reach.x_before)), yaxis.l2p(at(reach.y_before))];
    if ([cx, cy].every(Number.isFinite)) {
      add("line", {
        class: "trail", x1: cx, y1: cy, x2: x, y2: y, stroke: colour, "stroke-width": 3,
        "stroke-dasharray": "2 5", "stroke-linecap": "round",
      });
      add("circle", {
        class: "trail", cx, cy, r: 5, fill: this.paper, stroke: colour, "stroke-width": 2,
      });
    }
    // Under the words on hover.
    this.node.querySelector(".hoverlayer").closest("svg").before(this.over);
  }

  /**
   * Take what Python sent; its selection counts at mount and when Python itself set it, else it is
   * only our own echo.
   */
  take(data, parent) {
    const { picked, ...spec } = unpack(data);
    const changed = this.spec && JSON.stringify(this.spec.sig) !== JSON.stringify(spec.sig);
    const stamp = JSON.stringify(picked ?? null);
    const known =
      picked && (!picked.sig || JSON.stringify(picked.sig) === JSON.stringify(spec.sig));
    if (!this.spec) {
      this.turn = picked?.turn ?? 0;
      if (known) this.picked = picked.points;
    }
    const theme = template(parent, spec.colours);
    this.paper = theme.layout.hoverlabel.bgcolor;
    this.tints = new Map(dark(this.paper) ? Object.entries(spec.dark ?? {}) : []);
    theme.layout.modebar.color = tint(spec.colours.quiet, this.tints);
    this.theme = reuse(this.theme, theme);
    this.spec = reuse(this.spec, spec);
    if (changed && this.picked.length) this.commit([]);
    else if (picked && !picked.turn && stamp !== this.stamp) {
      this.commit(known ? picked.points : []);
    }
    this.stamp = stamp;
    return this.draw();
  }

  commit(points) {
    this.picked = points;
    this.send("selection", { points, sig: this.spec.sig, turn: ++this.turn });
  }

  /**
   * Apply a gesture: "only" and "toggle" are clicks, "set" and "add" are boxes; add and toggle are
   * with shift.
   */
  pick(points, how) {
    if (!this.spec.selectable || this.gone) return;
    const key = ([curve, point]) => `${curve}/${point}`;
    const before = new Map(this.picked.map((pair) => [key(pair), pair]));
    const after = new Map(points.map((pair) => [key(pair), pair]));
    if (how === "toggle" && points.every((pair) => before.has(key(pair)))) {
      for (const name of after.keys()) before.delete(name);
      this.commit([...before.values()]);
    } else {
      const more = how === "add" || how === "toggle";
      const next = more ? [...new Map([...before, ...after]).values()] : points;
      const same = next.length === before.size && next.every((pair) => before.has(key(pair)));
      if (same && how !== "only") return this.draw(true); // only take away the drawn outline
      this.commit(same ? [] : next); // a click on the only selected point clears
    }
    this.draw();
  }

  /** Draw the newest state once at a time; steps that arrive meanwhile are merged into one. */
  async draw(force) {
    this.wanted = true;
    if (this.busy) return this.busy;
    return (this.busy = (async () => {
      try {
        const P = await load();
        while (this.wanted && !this.gone) {
          this.wanted = false;
          await this.paint(P, force);
        }
      } catch (error) {
        this.node.textContent = this.spec.alt;
        console.error(error);
      } finally {
        this.busy = undefined;
      }
    })());
  }

  async paint(P, force) {
    const { node, spec, theme, picked } = this;
    const last = this.drawn;
    const same = last?.spec === spec && last.theme === theme && last.picked === picked;
    if (!force && same) return;
    this.drawn = { spec, theme, picked };
    const height = this.fit(node.offsetWidth)?.layout?.height ?? spec.height;
    node.style.height = `${height}px`;
    node.style.position = "relative";
    node.setAttribute("role", "figure"); // its toolbar can be reached: an image has no parts
    node.setAttribute("aria-label", spec.alt);
    if (last?.spec.traces !== spec.traces || last.theme !== theme) {
      this.parts = expand(tint(spec.traces, this.tints));
    }
    this.reach();
    const fit = (this.fitted = this.fit(node.offsetWidth));
    const { annotations = [], meta, ...rest } = tint(structuredClone(spec.layout), this.tints);
    const by = new Map(picked.map(([curve]) => [curve, new Set()]));
    for (const [curve, point] of picked) by.get(curve).add(point);
    const chosen = ({ curve, from }) => {
      const points = by.get(curve) ?? new Set();
      return from ? from.flatMap((point, i) => (points.has(point) ? [i] : [])) : [...points];
    };
    const traces = this.parts.map((part) => ({
      ...part.trace,
      ...(picked.length && { selectedpoints: chosen(part) }),
    }));
    const layout = {
      dragmode: spec.dragmode,
      uirevision: 1, // constant: zoom, toolbar mode and hidden traces are the reader's
      ...rest,
      ...tint(structuredClone(fit?.layout ?? {}), this.tints),
      annotations: [...annotations, ...tint(structuredClone(fit?.notes ?? []), this.tints)],
      template: theme,
      // Clicks are handled below, because Plotly ignores them while dragmode is select.
      clickmode: "event",
      selectionrevision: this.draws, // selections are ours, so Plotly forgets its outlines
      selections: [],
      width: node.offsetWidth || undefined,
      height,
    };
    const config = {
      ...spec.config,
      responsive: false,
      modeBarButtonsToRemove: ["toImage", ...(spec.selectable ? [] : ["select2d", "lasso2d"])],
      modeBarButtonsToAdd: this.buttons,
    };
    await P.react(node, traces, layout, config);
    if (this.gone) return;
    if (!last) this.listen(node);
    // A redraw leaves the words on hover where they are.
    if (node.querySelector(".hoverlayer .hovertext")) this.reach(...(this.pointed ?? []));
    translate(node, spec.labels ?? {});
    node.dataset.draws = ++this.draws;
    if (last) document.dispatchEvent(new CustomEvent("figure-drawn", { detail: spec.key }));
  }

  listen(node) {
    const pairs = (event) =>
      (event?.points ?? []).flatMap(({ curveNumber, pointNumber }) => {
        const part = this.parts[curveNumber];
        if (!part || !Number.isInteger(pointNumber)) return [];
        return [[part.curve, part.from ? part.from[pointNumber] : pointNumber]];
      });
    node.on("plotly_click", (event) => {
      const points = pairs(event).slice(0, 1);
      if (!points.length || this.double) return;
      this.pick(points, event.event?.shiftKey ? "toggle" : "only");
    });
    node.on("plotly_hover", (event) => {
      const [point] = event.points;
      this.pointed = [pairs(event)[0], point?.fullData?.marker?.color];
      this.reach(...this.pointed);
    });
    node.on("plotly_unhover", () => this.reach(...(this.pointed = [])));
    node.on("plotly_relayouting", () => this.reach());
    node.on("plotly_selected", (event) => {
      // Plotly repeats the event whenever it redraws an outline, and once more while it stores the
      // new one: the last one counts.
      if (!event || !this.gesture) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        const how = this.gesture;
        this.gesture = undefined;
        this.pick(pairs(event), how);
      });
    });
    const clear = () => this.picked.length && this.pick([], "set");
    node.on("plotly_deselect", clear);
    // The browser's own count: Plotly misses a double click when the first one has just redrawn the
    // plot.
    node.addEventListener("mousedown", (event) => (this.double = event.detail > 1), true);
    const clicked = (event) => {
      if (this.double && !event.target.closest(".modebar, .legend")) clear();
    };
    node.addEventListener("click", clicked, true);
    node.on("plotly_afterplot", () => translate(node, this.spec.labels ?? {}));
    this.observer.observe(node);
  }

  remove() {
    this.gone = true;
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.over?.remove();
    library?.purge(this.node);
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const node = parentElement.querySelector(".figure");
  let chart = charts.get(node);
  if (!chart) charts.set(node, (chart = new Chart(node)));
  chart.send = setStateValue;
  chart.take(data, parentElement);
  return () => {
    chart.remove();
    charts.delete(node);
  };
}
