/** The colours of a letter that an organizer's accent changes; each pair is readable (WCAG 2.2, 1.4.3). */
export interface Palette {
  /** Of buttons and the date's leaf, and of text on them. */
  accent: string
  onAccent: string
  /** Of links on white. */
  link: string
  /** The same in dark mode. */
  darkAccent: string
  onDarkAccent: string
}

export const HOUSE_ACCENT = '#0b5d4b'
const INK = '#05251c'
const DARK_SHEET = '#19201c'

/** An organizer's colour, made darker or lighter where it could not be read. */
export function paletteOf(accent: string = HOUSE_ACCENT): Palette {
  if (accent.toLowerCase() === HOUSE_ACCENT) {
    return { accent: HOUSE_ACCENT, onAccent: '#ffffff', link: HOUSE_ACCENT, darkAccent: '#74d6b8', onDarkAccent: INK }
  }
  const darkAccent = until(accent, '#ffffff', DARK_SHEET)
  return {
    accent,
    onAccent: readableOn(accent),
    link: until(accent, '#000000', '#ffffff'),
    darkAccent,
    onDarkAccent: readableOn(darkAccent),
  }
}

function readableOn(colour: string): string {
  return ['#ffffff', '#101512'].find((text) => contrast(text, colour) >= 4.5) ?? '#000000'
}

/** The colour mixed with `towards`, no more than it takes to be read on `ground`. */
function until(colour: string, towards: string, ground: string): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, towards, share)
    if (contrast(mixed, ground) >= 4.6) return mixed
  }
  return towards
}

const channels = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

function mix(colour: string, towards: string, share: number): string {
  const other = channels(towards)
  const mixed = channels(colour).map((value, index) => Math.round(value + ((other[index] ?? 0) - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const share = value / 255
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
