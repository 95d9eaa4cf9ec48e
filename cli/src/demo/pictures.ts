import sharp from 'sharp'

export type Motif =
  | 'moon'
  | 'spotlights'
  | 'sound'
  | 'waves'
  | 'hills'
  | 'arches'
  | 'grid'
  | 'rings'
  | 'confetti'
  | 'candles'
export type PictureOrder = { motif: Motif; colours: [sky: string, ground: string, accent: string]; seed: number }

const WIDTH = 1200
const HEIGHT = 800

/** A poster of our own drawing: a gradient and simple shapes, as PNG. */
export async function drawPicture(order: PictureOrder): Promise<Buffer> {
  return sharp(Buffer.from(svgOf(order)))
    .png()
    .toBuffer()
}

function svgOf({ motif, colours, seed }: PictureOrder): string {
  const [sky, ground, accent] = colours
  const random = generator(seed)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<defs>
<linearGradient id="sky" x1="0" y1="0" x2="0.3" y2="1"><stop offset="0" stop-color="${sky}"/><stop offset="1" stop-color="${ground}"/></linearGradient>
<radialGradient id="glow"><stop offset="0" stop-color="${accent}" stop-opacity="0.9"/><stop offset="1" stop-color="${accent}" stop-opacity="0"/></radialGradient>
<linearGradient id="beam" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${accent}" stop-opacity="0.75"/><stop offset="1" stop-color="${accent}" stop-opacity="0"/></linearGradient>
</defs>
<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>
${MOTIFS[motif]({ accent, ground, sky }, random)}
</svg>`
}

/** The same numbers for the same seed: the picture of an event is always the same. */
function generator(seed: number): () => number {
  let state = seed * 2_654_435_761
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
}

type Colours = { accent: string; ground: string; sky: string }
type Draw = (colours: Colours, random: () => number) => string

const times = (count: number, draw: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => draw(index)).join('')
const whole = (value: number) => Math.round(value)

/** A line of hills or waves across the picture, filled to its foot. */
function ridge(base: number, height: number, random: () => number, fill: string, opacity: number): string {
  const phase = random() * 6
  const points = Array.from({ length: 25 }, (_, index) => {
    const y = base + Math.sin(phase + index * 0.55) * height + Math.sin(phase * 2 + index * 1.3) * height * 0.35
    return `${index * 50},${whole(y)}`
  })
  return `<polygon points="0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}" fill="${fill}" opacity="${opacity}"/>`
}

function stars(count: number, random: () => number): string {
  return times(count, () => {
    const [x, y, size] = [whole(random() * WIDTH), whole(random() * HEIGHT * 0.6), (1 + random() * 2.5).toFixed(1)]
    return `<circle cx="${x}" cy="${y}" r="${size}" fill="#ffffff" opacity="${(0.4 + random() * 0.6).toFixed(2)}"/>`
  })
}

const MOTIFS: Record<Motif, Draw> = {
  moon: ({ accent, ground }, random) => `${stars(90, random)}
<circle cx="860" cy="260" r="330" fill="url(#glow)"/><circle cx="860" cy="260" r="130" fill="${accent}"/>
${ridge(620, 40, random, ground, 0.75)}${ridge(690, 28, random, '#050a1e', 0.85)}`,

  spotlights: ({ accent }, random) => `${times(5, (index) => {
    const x = 140 + index * 230
    const lean = whole((random() - 0.5) * 360)
    return `<polygon points="${x - 14},0 ${x + 14},0 ${x + lean + 150},760 ${x + lean - 150},760" fill="url(#beam)" opacity="0.6"/>`
  })}
<ellipse cx="600" cy="770" rx="620" ry="70" fill="${accent}" opacity="0.25"/>
<rect y="740" width="${WIDTH}" height="60" fill="#08060f" opacity="0.85"/>
${times(34, (index) => `<circle cx="${index * 37 + whole(random() * 16)}" cy="${752 + whole(random() * 30)}" r="${20 + whole(random() * 9)}" fill="#08060f"/>`)}`,

  sound: ({ accent }, random) =>
    times(40, (index) => {
      const height = 60 + Math.abs(Math.sin(index * 0.33)) * 330 * (0.5 + random() * 0.6)
      return `<rect x="${30 + index * 29}" y="${whole(400 - height / 2)}" width="15" height="${whole(height)}" rx="7" fill="${accent}" opacity="${(0.45 + random() * 0.5).toFixed(2)}"/>`
    }),

  waves: (
    { accent, ground },
    random,
  ) => `<circle cx="330" cy="330" r="300" fill="url(#glow)"/><circle cx="330" cy="330" r="105" fill="${accent}"/>
${times(5, (index) => ridge(430 + index * 75, 22, random, index % 2 ? accent : ground, 0.3 + index * 0.1))}`,

  hills: ({ accent, ground }, random) => `<circle cx="900" cy="230" r="260" fill="url(#glow)"/>
<polygon points="120,620 430,170 560,350 690,220 1080,640" fill="${ground}" opacity="0.6"/>
<polygon points="370,258 430,170 492,256 458,280 430,246 400,282" fill="#ffffff" opacity="0.85"/>
${ridge(560, 45, random, ground, 0.85)}${ridge(650, 35, random, '#0d2b1f', 0.8)}
<path d="M0 790 C 260 700 330 770 520 700 S 760 640 900 680 S 1100 600 1200 620" fill="none" stroke="${accent}" stroke-width="10" stroke-dasharray="26 18" stroke-linecap="round"/>`,

  arches: ({ accent, sky }, random) => `${times(4, (index) => {
    const x = 60 + index * 285
    return `<path d="M${x} 800 V 330 a 112 112 0 0 1 224 0 V 800 Z" fill="${accent}" opacity="${(0.35 + index * 0.14).toFixed(2)}"/>
<path d="M${x + 34} 800 V 340 a 78 78 0 0 1 156 0 V 800 Z" fill="${sky}" opacity="0.85"/>`
  })}
${times(16, () => `<circle cx="${whole(random() * WIDTH)}" cy="${whole(random() * 210)}" r="${whole(4 + random() * 9)}" fill="${accent}" opacity="0.6"/>`)}`,

  grid: ({ accent }, random) =>
    times(96, (index) => {
      const [column, row] = [index % 12, Math.floor(index / 12)]
      const kind = random()
      const [x, y] = [column * 100, row * 100]
      const opacity = (0.12 + random() * 0.75).toFixed(2)
      if (kind < 0.35)
        return `<rect x="${x + 8}" y="${y + 8}" width="84" height="84" rx="14" fill="${accent}" opacity="${opacity}"/>`
      if (kind < 0.6) return `<circle cx="${x + 50}" cy="${y + 50}" r="38" fill="${accent}" opacity="${opacity}"/>`
      return kind < 0.8
        ? `<path d="M${x + 8} ${y + 92} A 84 84 0 0 1 ${x + 92} ${y + 8} V ${y + 92} Z" fill="${accent}" opacity="${opacity}"/>`
        : ''
    }),

  rings: ({ accent }, random) =>
    times(9, (index) => {
      const radius = 60 + index * 62
      return `<circle cx="600" cy="${whole(400 + (random() - 0.5) * 24)}" r="${radius}" fill="none" stroke="${accent}" stroke-width="${whole(8 + random() * 22)}" opacity="${(0.9 - index * 0.085).toFixed(2)}" stroke-dasharray="${whole(60 + random() * 500)} ${whole(20 + random() * 60)}" stroke-linecap="round"/>`
    }),

  confetti: ({ accent }, random) => `<circle cx="600" cy="430" r="360" fill="url(#glow)" opacity="0.6"/>
${times(110, (index) => {
  const [x, y, turn] = [whole(random() * WIDTH), whole(random() * HEIGHT), whole(random() * 360)]
  const fill = [accent, '#ffffff', '#ffd166', '#06d6a0'][index % 4]
  return index % 3
    ? `<rect x="${x}" y="${y}" width="${whole(16 + random() * 26)}" height="13" rx="4" fill="${fill}" opacity="0.85" transform="rotate(${turn} ${x} ${y})"/>`
    : `<circle cx="${x}" cy="${y}" r="${whole(6 + random() * 11)}" fill="${fill}" opacity="0.85"/>`
})}`,

  candles: ({ accent }, random) =>
    `${times(26, () => {
      const [x, y] = [whole(40 + random() * 1120), whole(380 + random() * 330)]
      const height = whole(50 + random() * 90)
      return `<circle cx="${x}" cy="${y - 14}" r="88" fill="url(#glow)" opacity="0.4"/>
<rect x="${x - 11}" y="${y}" width="22" height="${height}" rx="5" fill="#fff5e1" opacity="0.9"/>
<path d="M${x} ${y - 40} C ${x + 17} ${y - 16} ${x + 10} ${y - 2} ${x} ${y - 2} C ${x - 10} ${y - 2} ${x - 17} ${y - 16} ${x} ${y - 40} Z" fill="${accent}"/>`
    })}`,
}
