// The ranking with its weights in the header: while a hand drags an edge, scores, ranks and grades
// are worked out here as the server works them out, and rows glide to where they will stand.
const ROW = 34; // px of a row
const GLIDE = 62; // ms in which two thirds of a way are gone: it is settled after 250
const REST = 400; // ms after the last key, when weights are handed on
const NOISE = 1e-7; // of a hundredth of a point: binary fractions, never a difference
const SMALL = 1e-9;
const [RESULTS, SERVICE, COMPETENCE] = [0, 1, 2];

/** A score at two decimals as a whole number, halves up. */
export const hundredths = (score) => Math.floor(score * 100 + 0.5 + NOISE);

/**
 * Everybody under some category weights, as analytics/insight/live_ranking.py says: score, rated,
 * few (too few cases), rank among the rated (0: none). `above`: by row, how many stand above whom
 * this page does not know, for given cents.
 */
export function preview(parts, weights, limit, above) {
  const { earned, kept, doubt, usable, heavy } = parts;
  const given = weights.map((weight, category) => (usable[category] ? weight : 0));
  const total = Math.max(given[0] + given[1] + given[2], SMALL);
  const shares = given.map((weight) => weight / total);
  const size = earned.length;
  const out = { score: [], rated: [], few: [], rank: [], cents: [], segment: [] };
  const standing = [];
  for (let row = 0; row < size; row++) {
    let whole = 0;
    let sum = 0;
    let coverage = 0;
    for (let c = 0; c < 3; c++) {
      if (!(kept[row][c] > 0)) continue;
      whole += shares[c];
      sum += (shares[c] * earned[row][c]) / kept[row][c];
      coverage += 100 * shares[c] * kept[row][c];
    }
    const score = whole > 0 ? sum / whole : 0;
    const rated = coverage >= 100 - limit - SMALL;
    let few = false;
    for (let c = 0; c < 3; c++) {
      const weight = kept[row][c] > 0 ? (100 * shares[c]) / Math.max(whole, SMALL) : 0;
      if (weight * doubt[row][c] >= heavy - SMALL && weight > 0 && doubt[row][c] > 0) few = true;
    }
    out.score.push(score);
    out.rated.push(rated);
    out.few.push(rated && few);
    out.cents.push(rated ? hundredths(score) : 0);
    if (rated) standing.push(out.cents[row]);
  }
  standing.sort((a, b) => b - a);
  const first = new Map();
  standing.forEach((cents, place) => first.has(cents) || first.set(cents, place + 1));
  for (let row = 0; row < size; row++) {
    out.rank.push(out.rated[row] ? first.get(out.cents[row]) + (above ? above[row] : 0) : 0);
  }
  return out;
}

/**
 * Weights after the edge (0: results | service, 1: service | competence) was moved to a place in
 * percent: neighbours are pushed on where they have nothing left to give, and nothing leaves the
 * permitted ranges (three [low, high]).
 */
export function pushed(weights, edge, to, ranges) {
  const after = weights.map(Math.round);
  after[SERVICE] = 100 - after[RESULTS] - after[COMPETENCE];
  const at = edge === 0 ? after[RESULTS] : after[RESULTS] + after[SERVICE];
  const step = Math.sign(Math.round(to) - at);
  const grows = step > 0 ? (edge === 0 ? [0] : [1, 0]) : edge === 0 ? [1, 2] : [2];
  const gives = step > 0 ? (edge === 0 ? [1, 2] : [2]) : edge === 0 ? [0] : [1, 0];
  for (let left = Math.abs(Math.round(to) - at); left > 0; left--) {
    const more = grows.find((c) => after[c] < ranges[c][1]);
    const less = gives.find((c) => after[c] > ranges[c][0]);
    if (more === undefined || less === undefined) return { weights: after, stopped: true };
    after[more] += 1;
    after[less] -= 1;
  }
  return { weights: after, stopped: false };
}

/** The permitted weights in whole percents that lie nearest to some others. */
export function nearest(weights, stops) {
  const far = (stop) => stop.reduce((sum, weight, c) => sum + (weight - weights[c]) ** 2, 0);
  return stops.reduce((best, stop) => (far(stop) < far(best) ? stop : best), stops[0]).slice();
}

const same = (one, other) => one.every((weight, c) => Math.abs(weight - other[c]) < 1e-6);
const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const percent = (weight) => `${+weight.toFixed(1)}%`;

function element(tag, name, ...inside) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...inside);
  return node;
}

function drawing(tag, properties) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(properties)) node.setAttribute(name, value);
  return node;
}

/** One agent's line: its cells, and what was last written into them. */
class Row {
  constructor(lineup, index) {
    const { columns, words } = lineup.spec;
    this.index = index;
    this.node = element("li", "row");
    this.rank = element("span", "rank");
    this.change = element("span", "change");
    this.open = element("button", "name");
    this.open.type = "button";
    this.open.tabIndex = -1; // one stop for all rows: arrow keys go from one to the next
    this.open.append(
      element("span", "who", columns.name[index]),
      element("span", "team", columns.team[index]),
    );
    this.open.onclick = () => lineup.trigger("open", columns.id[index]);
    this.bar = element("span", "bar");
    this.segments = [0, 1, 2].map((category) => {
      const segment = element("i", `segment c${category}`);
      this.bar.append(segment);
      return segment;
    });
    this.score = element("span", "score");
    this.grade = element("span", "grade");
    this.reach = element("span", "reach");
    this.line = element("i", "line");
    this.dot = element("i", "dot");
    this.reach.append(this.line, this.dot);
    const trend = element("span", "trend");
    if (columns.trend?.[index]) {
      trend.append(spark(columns.trend[index], lineup.spec.scale));
      trend.title = columns.trend_words[index];
    }
    const kind = columns.quadrant[index];
    const mark = element("span", `mark ${kind}`, lineup.spec.marks[kind] ?? "");
    const quadrant = element("span", "quadrant", mark, element("span", "word", words[kind]));
    quadrant.title = words[kind];
    const score = element("span", "total", this.score, this.grade);
    this.cells = [this.rank, this.change, this.open, this.bar, score, this.reach, trend, quadrant];
    for (const cell of this.cells) if (cell !== this.open) cell.setAttribute("aria-hidden", "true");
    this.node.append(...this.cells);
    this.y = undefined;
    this.written = {};
  }

  write(name, value, to) {
    if (this.written[name] === value) return;
    this.written[name] = value;
    to(value);
  }
}

/** Values month by month as a line, null where there are none. */
function spark(values, [low, high]) {
  const [wide, tall] = [76, 20];
  const svg = drawing("svg", { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall });
  const x = (place) => 2 + (place * (wide - 4)) / Math.max(values.length - 1, 1);
  const y = (value) => {
    const share = (value - low) / Math.max(high - low, SMALL);
    return 2 + (tall - 4) * (1 - Math.min(Math.max(share, 0), 1));
  };
  let path = "";
  let pen = "M";
  let last;
  values.forEach((value, place) => {
    if (value === null) return (pen = "M");
    last = [x(place), y(value)];
    path += `${pen}${last[0].toFixed(1)} ${last[1].toFixed(1)}`;
    pen = "L";
  });
  svg.append(drawing("path", { d: path || "M0 0", class: "line" }));
  if (last) svg.append(drawing("circle", { cx: last[0], cy: last[1], r: 1.8, class: "last" }));
  return svg;
}

class Lineup {
  constructor(root) {
    this.root = root;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.rows = [];
    this.turn = 0;
    this.frames = 0;
    this.tick = this.tick.bind(this);
  }

  /** Take what the server says: its weights count unless this hand has moved on since. */
  take(data) {
    const before = this.spec;
    this.spec = data;
    const stamp = JSON.stringify([data.stamp, data.columns.id, data.words]);
    if (this.stamp !== stamp) {
      this.stamp = stamp;
      this.build();
    }
    if (!before) this.turn = data.turn;
    if (!this.holding && data.turn >= this.turn) {
      this.turn = data.turn;
      this.weights = data.weights.slice();
      this.exact = true;
      if (!this.shown) this.shown = this.weights.slice();
    }
    this.stops = new Map(data.stops.map((stop, place) => [stop.join("/"), place]));
    this.compute();
    this.wake();
  }

  // -- what stands there --------------------------------------------------------------------------

  build() {
    const { spec, root } = this;
    const { words } = spec;
    const focus = root.getRootNode().activeElement?.dataset?.role;
    root.replaceChildren();
    for (const [name, [light, dark]] of Object.entries(spec.colours)) {
      root.style.setProperty(`--${name}`, `light-dark(${light}, ${dark})`);
    }
    root.classList.toggle("slim", !!spec.slim);
    this.head = element("div", "head");
    const cells = ["rank", "change", "name", "bar", "score", "reach", "trend", "quadrant"];
    for (const name of cells) {
      const cell = element("span", `${name} title`);
      if (name === "bar") cell.append((this.scale = this.header()));
      else cell.append(words[`head_${name}`] ?? "");
      this.head.append(cell);
      if (name === "change") this.against = cell;
    }
    this.list = element("ol", "list");
    this.list.setAttribute("role", "list");
    this.list.setAttribute("aria-label", words.list);
    this.rows = spec.columns.id.map((_, index) => new Row(this, index));
    this.list.append(...this.rows.map((row) => row.node));
    this.list.onkeydown = (event) => this.step(event);
    this.gap = element("li", "gap", spec.left_out ? fill(words.left_out, spec) : "");
    this.gap.hidden = !spec.left_out;
    this.list.append(this.gap);
    this.scroller = element("div", "scroller", this.head, this.list);
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "group");
    this.scroller.setAttribute("aria-label", words.list);
    this.scroller.onscroll = () => this.wake();
    this.news = element("p", "news");
    this.news.setAttribute("role", "status");
    this.hint = element("p", "hint", words.hint);
    this.hint.setAttribute("role", "status");
    this.tools = element("div", "tools", element("div", "lead", this.choices(), this.hint));
    if (!spec.slim) this.tools.append(this.triangle());
    root.append(this.tools, this.scroller, this.news);
    if (focus) root.querySelector(`[data-role="${focus}"]`)?.focus();
  }

  /** Schemes that one click tries out. */
  choices() {
    const group = element("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this.spec.words.schemes);
    this.buttons = this.spec.schemes.map(({ label, weights }) => {
      const words = element("span", "", weights.map((weight) => +weight.toFixed(1)).join("/"));
      const button = element("button", "choice", `${label} `, words);
      button.type = "button";
      button.onclick = () => {
        this.set(weights.slice());
        this.commit();
      };
      group.append(button);
      return { button, weights };
    });
    return group;
  }

  /** The header whose widths are the weights, with its two edges. */
  header() {
    const scale = element("span", "scale");
    this.parts = [0, 1, 2].map((category) => {
      const number = element("b");
      const part = element("span", `part c${category}`, number);
      scale.append(part);
      return { part, number };
    });
    this.edges = [0, 1].map((edge) => {
      const grip = element("span", "edge");
      grip.tabIndex = 0;
      grip.dataset.role = `edge${edge}`;
      grip.setAttribute("role", "slider");
      grip.setAttribute("aria-label", this.spec.words[`edge_${edge}`]);
      grip.setAttribute("aria-valuemin", "0");
      grip.setAttribute("aria-valuemax", "100");
      this.hold(grip, (event) => {
        const box = scale.getBoundingClientRect();
        // From where the hand took it: whoever drags back finds the neighbours as they were.
        this.push(edge, (100 * (event.clientX - box.left)) / box.width, this.taken);
      });
      grip.onkeydown = (event) => {
        const at = edge === 0 ? this.weights[0] : this.weights[0] + this.weights[1];
        const to = {
          ArrowLeft: at - 1,
          ArrowDown: at - 1,
          ArrowRight: at + 1,
          ArrowUp: at + 1,
          PageDown: at - 5,
          PageUp: at + 5,
          Home: 0,
          End: 100,
        }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        this.push(edge, to);
        this.soon();
      };
      scale.append(grip);
      return grip;
    });
    const legend = element("span", "legend");
    this.names = this.spec.words.categories.map((name, category) => {
      const weight = element("b");
      const swatch = element("i", `swatch c${category}`);
      legend.append(element("span", "", swatch, `${name} `, weight));
      return weight;
    });
    return element("span", "weights", legend, scale);
  }

  /** The triangle of permitted weights: its corners are the strategies, its point can be drawn. */
  triangle() {
    const { ranges, words } = this.spec;
    const svg = drawing("svg", { viewBox: "0 0 240 112", class: "triangle", role: "presentation" });
    // Corners: results at the top, service at the left, competence at the right.
    this.corners = [
      [120, 20],
      [72, 98],
      [168, 98],
    ];
    const outline = this.corners.map((corner) => corner.join(",")).join(" ");
    svg.append(drawing("polygon", { points: outline, class: "plate" }));
    const places = [
      [120, 12, "middle"],
      [60, 102, "end"],
      [180, 102, "start"],
    ];
    words.corners.forEach((word, corner) => {
      const [x, y, anchor] = places[corner];
      const text = drawing("text", { x, y, "text-anchor": anchor });
      text.textContent = word;
      svg.append(text);
    });
    this.was = drawing("circle", { r: 3.5, class: "official" });
    this.point = drawing("circle", { r: 7, class: "point", tabindex: 0, role: "slider" });
    this.point.dataset.role = "point";
    this.point.setAttribute("aria-label", words.triangle);
    this.point.setAttribute("aria-valuemin", ranges[0][0]);
    this.point.setAttribute("aria-valuemax", ranges[0][1]);
    svg.append(this.was, this.point);
    this.hold(this.point, (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(
        svg.getScreenCTM().inverse(),
      );
      this.set(nearest(this.weightsAt(at.x, at.y), this.spec.stops));
    });
    this.point.onkeydown = (event) => {
      const move = { ArrowLeft: [0, 1], ArrowRight: [0, -1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
      const by = move[event.key];
      if (!by) return;
      event.preventDefault();
      const [results, service, competence] = this.weights.map(Math.round);
      const wish = by[0]
        ? [results + by[0], service - by[0], competence]
        : [results, service + by[1], competence - by[1]];
      const inside = (weights) => this.stops.has(weights.join("/"));
      const other = [results + by[0], service, competence - by[0]];
      const to = [wish, ...(by[0] ? [other] : [])].find(inside);
      if (to) this.set(to);
      else this.tell(words.corner);
      this.soon();
    };
    return svg;
  }

  placeOf(weights) {
    const spread = this.spec.ranges.map(([low, high]) => high - low);
    const free = weights.map((w, c) => (w - this.spec.ranges[c][0]) / Math.max(spread[c], SMALL));
    const total = free.reduce((sum, part) => sum + part, 0) || 1;
    const axis = (place) =>
      free.reduce((sum, p, c) => sum + (p / total) * this.corners[c][place], 0);
    return [axis(0), axis(1)];
  }

  weightsAt(x, y) {
    const [[ax, ay], [bx, by], [cx, cy]] = this.corners;
    const whole = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy);
    const first = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / whole;
    const second = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / whole;
    const parts = [first, second, 1 - first - second];
    return parts.map((part, c) => {
      const [low, high] = this.spec.ranges[c];
      return low + part * (high - low);
    });
  }

  // -- hands --------------------------------------------------------------------------------------

  /** Follow a pointer from the moment it takes something until it lets go. */
  hold(node, move) {
    node.onpointerdown = (event) => {
      if (event.button) return;
      event.preventDefault();
      node.setPointerCapture(event.pointerId);
      node.focus({ preventScroll: true });
      this.holding = true;
      this.taken = this.weights.slice();
      this.moved = false;
      this.root.classList.add("held");
      node.onpointermove = (step) => {
        this.moved = true;
        move(step);
      };
      const done = () => {
        node.onpointermove = node.onpointerup = node.onpointercancel = null;
        this.holding = false;
        this.root.classList.remove("held");
        if (this.moved) this.commit();
      };
      node.onpointerup = node.onpointercancel = done;
    };
  }

  /** Arrow keys, from one row to the next. */
  step(event) {
    const at = this.order.findIndex((row) => this.rows[row].open.matches(":focus"));
    const last = this.order.length - 1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.reach(this.order[Math.min(Math.max(to, 0), last)]);
    this.rows[this.reached].open.focus();
  }

  /** Have the keyboard come to this row when it comes to the list. */
  reach(row) {
    if (this.reached !== undefined && this.rows[this.reached]) {
      this.rows[this.reached].open.tabIndex = -1;
    }
    this.reached = row;
    this.rows[row].open.tabIndex = 0;
  }

  push(edge, to, from = this.weights) {
    const { weights, stopped } = pushed(from, edge, to, this.spec.ranges);
    const legal = this.stops.has(weights.join("/"));
    this.set(legal ? weights : nearest(weights, this.spec.stops));
    const { words, ranges } = this.spec;
    if (!stopped) return this.tell(words.hint, false);
    const way = to > (edge === 0 ? weights[0] : weights[0] + weights[1]);
    const category = edge === 0 ? RESULTS : COMPETENCE;
    const most = (edge === 0) === way;
    this.tell(
      fill(most ? words.most : words.least, {
        category: words.categories[category],
        limit: ranges[category][most ? 1 : 0],
      }),
    );
  }

  tell(words, loud = true) {
    if (this.hint.textContent !== words) this.hint.textContent = words;
    this.hint.classList.toggle("loud", loud);
  }

  set(weights) {
    if (same(weights, this.weights)) return;
    this.weights = weights;
    this.exact = false;
    this.compute();
    this.wake();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.commit(), REST);
  }

  commit() {
    clearTimeout(this.timer);
    if (same(this.weights, this.spec.weights) && this.turn === this.spec.turn) return;
    this.turn += 1;
    this.send("weights", { weights: this.weights, turn: this.turn });
  }

  // -- figures ------------------------------------------------------------------------------------

  /** Scores, ranks and grades at the weights in hand; the server's own where it has spoken. */
  compute() {
    const { spec, weights } = this;
    const { columns } = spec;
    const key = weights.map((weight) => +weight.toFixed(6)).join("/");
    const stop = this.stops.get(key);
    const now = preview(
      columns,
      weights,
      spec.limit,
      spec.above ? spec.above[stop ?? nearestStop(weights, spec.stops)] : undefined,
    );
    if (this.exact) {
      now.rank = columns.rank.slice();
      now.few = columns.few.slice();
      now.rated = columns.rated.slice();
      now.score = columns.score.slice();
    }
    this.now = now;
    const trial = !same(weights, spec.official);
    const before = trial ? columns.rank_official : columns.rank_earlier;
    this.change = now.rank.map((rank, row) =>
      before?.[row] && rank && !now.few[row] ? before[row] - rank : null,
    );
    this.trial = trial;
    const group = (row) => (!now.rated[row] ? 2 : now.few[row] ? 1 : 0);
    const order = now.rank.map((_, row) => row);
    order.sort(
      (a, b) =>
        group(a) - group(b) ||
        now.rank[a] - now.rank[b] ||
        now.score[b] - now.score[a] ||
        a - b,
    );
    const place = new Array(order.length);
    const after = spec.left_out ? spec.ends : Infinity;
    order.forEach((row, at) => (place[row] = at + (at >= after ? 1 : 0)));
    this.order = order;
    this.place = place;
    this.list.style.height = `${(order.length + (spec.left_out ? 1 : 0)) * ROW}px`;
    this.gap.style.transform = `translateY(${after * ROW}px)`;
    this.fresh = true;
  }

  gradeOf(row) {
    const { grades, columns } = this.spec;
    const cents = hundredths(this.now.score[row]);
    const earned = grades.findIndex(([, least]) => cents >= Math.round(least * 100));
    const reached = earned < 0 ? grades.length - 1 : earned;
    return grades[Math.max(reached, columns.cap[row])][0] + (this.now.few[row] ? " ○" : "");
  }

  // -- frames -------------------------------------------------------------------------------------

  wake() {
    if (this.frame || this.gone) return;
    this.last = undefined;
    this.frame = requestAnimationFrame(this.tick);
  }

  tick(time) {
    const passed = this.last === undefined ? 16 : Math.min(time - this.last, 100);
    this.last = time;
    this.frames += 1;
    const share = this.still.matches ? 1 : 1 - Math.exp(-passed / GLIDE);
    let moving = false;
    this.shown = this.shown.map((shown, category) => {
      const left = this.weights[category] - shown;
      if (share === 1 || Math.abs(left) < 0.02) return this.weights[category];
      moving = true;
      return shown + left * share;
    });
    const top = this.scroller.scrollTop - this.head.offsetHeight - 2 * ROW;
    const bottom = this.scroller.scrollTop + this.scroller.clientHeight + 2 * ROW;
    const seen = (y) => y >= top && y <= bottom;
    const drawn = [];
    for (const row of this.rows) {
      const to = this.place[row.index] * ROW;
      if (row.y === undefined || (!seen(row.y) && !seen(to))) {
        if (row.y !== to) row.y = to;
        row.stale = true;
        if (seen(to)) drawn.push(row);
        continue;
      }
      const left = to - row.y;
      if (share === 1 || Math.abs(left) < 0.4) row.y = to;
      else {
        row.y += left * share;
        moving = true;
      }
      drawn.push(row);
    }
    this.paintHeader();
    for (const row of drawn) this.paint(row);
    this.fresh = false;
    if (moving || this.holding) this.frame = requestAnimationFrame(this.tick);
    else {
      this.frame = 0;
      this.settle();
    }
  }

  paintHeader() {
    const { spec, shown } = this;
    const { words } = spec;
    const starts = [0, shown[0], shown[0] + shown[1]];
    this.parts.forEach(({ part, number }, category) => {
      part.style.left = `${starts[category]}%`;
      part.style.width = `${shown[category]}%`;
      const weight = percent(this.weights[category]);
      if (number.textContent !== weight) {
        number.textContent = weight;
        this.names[category].textContent = weight;
      }
    });
    const said = words.categories.map((name, c) => `${name} ${percent(this.weights[c])}`);
    const text = said.join(words.comma);
    this.edges.forEach((grip, edge) => {
      grip.style.left = `${starts[edge + 1]}%`;
      if (this.fresh) {
        grip.setAttribute("aria-valuenow", `${Math.round(starts[edge + 1])}`);
        grip.setAttribute("aria-valuetext", text);
      }
    });
    if (this.point) {
      const [x, y] = this.placeOf(shown);
      this.point.setAttribute("cx", x);
      this.point.setAttribute("cy", y);
      const [ox, oy] = this.placeOf(spec.official);
      this.was.setAttribute("cx", ox);
      this.was.setAttribute("cy", oy);
      this.point.setAttribute("aria-valuenow", `${Math.round(this.weights[0])}`);
      this.point.setAttribute("aria-valuetext", text);
    }
    if (!this.fresh) return;
    for (const { button, weights } of this.buttons) {
      button.setAttribute("aria-pressed", `${same(weights, this.weights)}`);
    }
    const against = this.trial ? words.head_change_trial : words.head_change;
    if (this.against.textContent !== against) this.against.textContent = against;
    this.root.classList.toggle("trial", this.trial);
    this.root.classList.toggle("exact", this.exact);
  }

  paint(row) {
    const { spec, now, shown } = this;
    const { columns, words } = spec;
    const i = row.index;
    row.write("y", row.y, (y) => (row.node.style.transform = `translateY(${y}px)`));
    const given = shown.map((weight, c) => (columns.kept[i][c] > 0 ? weight : 0));
    const whole = Math.max(given[0] + given[1] + given[2], SMALL);
    let start = 0;
    row.segments.forEach((segment, c) => {
      const points = columns.kept[i][c] > 0 ? columns.earned[i][c] / columns.kept[i][c] : 0;
      const long = now.rated[i] ? (given[c] / whole) * points : 0;
      const moved = `translateX(${start.toFixed(2)}%) scaleX(${(long / 100).toFixed(4)})`;
      row.write(`s${c}`, moved, (to) => {
        segment.style.transform = to;
      });
      start += long;
    });
    if (!this.fresh && !row.stale) return;
    row.stale = false;
    const ranked = now.rated[i] && !now.few[i];
    const rank = ranked ? `${now.rank[i]}` : now.rated[i] ? "○" : "—";
    row.write("rank", rank, (to) => (row.rank.textContent = to));
    row.write("why", ranked ? "" : columns.why[i] || words.few, (to) => (row.rank.title = to));
    const by = this.change[i];
    const arrow = by === null ? "" : by > 0 ? `↑ ${by}` : by < 0 ? `↓ ${-by}` : "·";
    row.write("change", arrow, (to) => {
      row.change.textContent = to;
      row.change.classList.toggle("up", by > 0);
      row.change.classList.toggle("down", by < 0);
    });
    const score = now.rated[i] ? now.score[i].toFixed(1) : "—";
    const grade = now.rated[i] ? this.gradeOf(i) : "";
    row.write("score", score, (to) => (row.score.textContent = to));
    row.write("grade", grade, (to) => (row.grade.textContent = to));
    this.paintReach(row, ranked);
    const chosen = columns.id[i] === spec.chosen;
    row.write("chosen", chosen, (to) => row.node.classList.toggle("chosen", to));
    const low = this.exact ? columns.low?.[i] : null;
    const facts = {
      rank: ranked ? rank : "",
      name: columns.name[i],
      team: columns.team[i],
      score,
      grade,
      quadrant: words[columns.quadrant[i]],
      range: low ? `${low}–${columns.high[i]}` : "",
    };
    const said = ranked ? (low ? words.said_range : words.said) : words.said_unranked;
    const label = fill(said, { ...facts, why: columns.why[i] || words.few });
    row.write("label", label, (to) => row.open.setAttribute("aria-label", to));
  }

  /** The ranks that chance allows, as a whisker; only what the server worked out is drawn. */
  paintReach(row, ranked) {
    const { columns, ranked: all, words } = this.spec;
    const i = row.index;
    const at = (rank) => (100 * (rank - 1)) / Math.max(all - 1, 1);
    row.write("dot", ranked ? at(this.now.rank[i]).toFixed(2) : "", (to) => {
      row.dot.hidden = to === "";
      if (to !== "") row.dot.style.left = `${to}%`;
    });
    const known = this.exact && ranked && columns.low?.[i];
    const reach = known ? `${at(columns.low[i]).toFixed(2)}/${at(columns.high[i]).toFixed(2)}` : "";
    row.write("reach", reach, (to) => {
      row.line.hidden = to === "";
      if (to === "") return (row.reach.title = "");
      const [low, high] = to.split("/");
      row.line.style.left = `${low}%`;
      row.line.style.width = `${high - low}%`;
      row.reach.title = fill(words.reach, { low: columns.low[i], high: columns.high[i] });
    });
  }

  /** Everything stands still: rows out of sight catch up; readers of the page's order find it. */
  settle() {
    for (const row of this.rows) {
      if (!row.stale) continue;
      this.paint(row);
    }
    if (this.holding || this.settled === this.order) return;
    const before = this.settled;
    this.settled = this.order;
    if (!this.list.contains(this.root.getRootNode().activeElement)) {
      for (const row of this.order) this.list.append(this.rows[row].node);
      this.list.append(this.gap);
      if (this.order.length) this.reach(this.order[0]);
    }
    const up = this.change.filter((by) => by > 0).length;
    const down = this.change.filter((by) => by < 0).length;
    const said = this.trial ? fill(this.spec.words.moved, { up, down }) : "";
    if (this.news.textContent !== said) this.news.textContent = said;
    if (before && this.exact) {
      document.dispatchEvent(new CustomEvent("figure-drawn", { detail: this.spec.key }));
    }
  }

  remove() {
    this.gone = true;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }
}

function nearestStop(weights, stops) {
  const best = nearest(weights, stops).join("/");
  return stops.findIndex((stop) => stop.join("/") === best);
}

const lineups = new WeakMap(); // root -> Lineup

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".lineup");
  let lineup = lineups.get(root);
  if (!lineup) lineups.set(root, (lineup = new Lineup(root)));
  lineup.gone = false;
  lineup.send = setStateValue;
  lineup.trigger = setTriggerValue;
  root.lineup = lineup;
  lineup.take(data);
  return () => {
    lineup.remove();
    lineups.delete(root);
  };
}
