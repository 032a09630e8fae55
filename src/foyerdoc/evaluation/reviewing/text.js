"use strict";
// Texts whose places are counted in code points, as gold counts them. A browser counts UTF-16 units.

class Text {
  constructor(string) {
    this.string = string;
    // Most texts have no character outside the basic plane: both counts are then the same.
    if (/[\ud800-\udfff]/.test(string)) {
      this.points = new Uint32Array(string.length + 1);
      this.units = [];
      for (const character of string) {
        const at = this.units.length ? this.end : 0;
        this.units.push(at);
        this.points.fill(this.units.length - 1, at, at + character.length);
        this.end = at + character.length;
      }
      this.points[string.length] = this.units.length;
      this.units.push(string.length);
    }
  }

  /** How many code points there are. */
  get length() {
    return this.units ? this.units.length - 1 : this.string.length;
  }

  /** The code point that a UTF-16 unit belongs to. */
  point(unit) {
    return this.points ? this.points[unit] : unit;
  }

  /** The UTF-16 unit at which a code point begins. */
  unit(point) {
    return this.units ? this.units[point] : point;
  }

  slice(start, end) {
    return this.string.slice(this.unit(start), this.unit(end));
  }

  /** A span without white space at its ends, or null when nothing is left. */
  trimmed(start, end) {
    const found = this.slice(start, end);
    if (!found.trim()) return null;
    const before = found.length - found.trimStart().length;
    const after = found.length - found.trimEnd().length;
    return [this.point(this.unit(start) + before), this.point(this.unit(end) - after)];
  }

  /** Where a query stands, whatever the case and the white space; at most 200 places. */
  places(query) {
    const words = query.trim().split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    if (!words.length) return [];
    const found = [];
    for (const match of this.string.matchAll(new RegExp(words.join("\\s+"), "giu"))) {
      found.push([this.point(match.index), this.point(match.index + match[0].length)]);
      if (found.length === 200) break;
    }
    return found;
  }

  /** A span with its start or end moved by a word; the span itself where there is none, or it would be empty. */
  moved([start, end], edge, forwards) {
    const borders = [...this.string.matchAll(/\S+/g)].map(({ index, 0: word }) =>
      this.point(edge === "start" ? index : index + word.length));
    const at = edge === "start" ? start : end;
    const next = forwards ? borders.find((border) => border > at) : borders.findLast((border) => border < at);
    if (next === undefined) return [start, end];
    const moved = edge === "start" ? [next, end] : [start, next];
    return moved[0] < moved[1] ? moved : [start, end];
  }
}
