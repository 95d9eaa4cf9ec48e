/**
 * A poster for events without a picture: tiles of arches, discs and stripes, chosen by the event's id, so that an event
 * always has the same one. Pure: the same id gives the same drawing on the server and in the browser.
 */
export interface Tile {
  path: string
  colour: 1 | 2 | 3
}

export const POSTER = { columns: 6, rows: 4, size: 40 } as const

/** Per category: ground, and three colours that stay apart from each other in greyscale. */
const palettes: Record<string, [string, string, string, string]> = {
  conference: ['#123b4a', '#f0bd4a', '#e9f1ee', '#2f8f83'],
  concert: ['#3a1638', '#ff8e5e', '#f8e3c6', '#9a4c95'],
  theatre: ['#4a1420', '#f2b84b', '#f7e7d8', '#b4404a'],
  festival: ['#0c4a3c', '#ffd166', '#f6f2df', '#ef7d57'],
  exhibition: ['#22304f', '#e8e2d0', '#f2a65a', '#6f88b8'],
  sport: ['#0d4030', '#e4f26d', '#f3f6e8', '#3fa36f'],
  workshop: ['#3d3221', '#f0c36a', '#f4ecdd', '#a57b45'],
  comedy: ['#512a12', '#ffb347', '#fdeccf', '#d9663a'],
  family: ['#173f5f', '#ffcf56', '#eef6fb', '#e2725b'],
  other: ['#24362e', '#d9e2a6', '#eef1ea', '#5e9274'],
}

export function posterPalette(category: string): [string, string, string, string] {
  return palettes[category] ?? (palettes.other as [string, string, string, string])
}

/** SVG paths in drawing order, at most one per colour and layer. */
export function posterTiles(id: string): Tile[] {
  const next = generator(id)
  const layers = { below: ['', '', ''], above: ['', '', ''] }
  const draw = (layer: keyof typeof layers, colour: number, path: string) => {
    layers[layer][colour] += path
  }
  for (let row = 0; row < POSTER.rows; row++) {
    for (let column = 0; column < POSTER.columns; column++) {
      const roll = next(10)
      const colour = roll < 3 ? 0 : roll < 6 ? 1 : 2
      const [below, above] = shape(next(8), column * POSTER.size, row * POSTER.size)
      draw('below', colour, below)
      draw('above', colour === 0 ? 1 : 0, above)
    }
  }
  return [...layers.below, ...layers.above]
    .map((path, index) => ({ path, colour: ((index % 3) + 1) as Tile['colour'] }))
    .filter(({ path }) => path !== '')
}

/** What a tile draws in its colour, and over that in another. */
function shape(kind: number, x: number, y: number): [below: string, above: string] {
  const s = POSTER.size
  const h = s / 2
  const arch = `M${x} ${y + s}v-${h}a${h} ${h} 0 0 1 ${s} 0v${h}z`
  switch (kind) {
    case 0:
      return [arch, '']
    case 1:
      return [arch, `M${x + h / 2} ${y + s}v-${h}a${h / 2} ${h / 2} 0 0 1 ${h} 0v${h}z`]
    case 2:
      return [`M${x} ${y}h${s}a${s} ${s} 0 0 1-${s} ${s}z`, '']
    case 3:
      return [`M${x + s} ${y + s}h-${s}a${s} ${s} 0 0 1 ${s}-${s}z`, '']
    case 4:
      return [`M${x + h / 2} ${y + h}a${h / 2} ${h / 2} 0 1 0 ${h} 0a${h / 2} ${h / 2} 0 1 0-${h} 0z`, '']
    case 5:
      return [[0, 1, 2].map((line) => `M${x} ${y + 4 + line * 13}h${s}v6h-${s}z`).join(''), '']
    case 6:
      return [`M${x} ${y}a${h} ${h} 0 0 0 ${s} 0z`, `M${x} ${y + h}a${h} ${h} 0 0 0 ${s} 0z`]
    default:
      return ['', '']
  }
}

/** A small deterministic generator (xorshift seeded with FNV-1a); returns integers below `limit`. */
function generator(seed: string): (limit: number) => number {
  let state = 2166136261
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619)
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}
