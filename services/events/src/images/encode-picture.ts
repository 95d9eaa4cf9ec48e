import { DomainError } from '@guichet/problem'

export interface Picture {
  bytes: Buffer
  width: number
  height: number
}

const WIDTH_MAX = 1_600
const PIXELS_MAX = 40_000_000

/** Raster formats by their first bytes. What a sender calls a file says nothing. */
function isRaster(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 16).toString('latin1')
  return (
    head.startsWith('\xff\xd8\xff') ||
    head.startsWith('\x89PNG\r\n\x1a\n') ||
    /^GIF8[79]a/.test(head) ||
    /^RIFF[\s\S]{4}WEBP/.test(head) ||
    /^[\s\S]{4}ftyp(avif|avis|mif1)/.test(head)
  )
}

// A picture that is also a page, a script or an archive is meant for a reader other than our visitors' browsers.
const POLYGLOT = /<script|<html|<!doctype|<\?php|<iframe|www\.w3\.org\/2000\/svg|%pdf-1|javascript:/i

/** Loaded with the first picture: libvips takes some 40 MB that a service at rest need not hold. */
async function loadSharp() {
  const { default: sharp } = await import('sharp')
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp
}

/** Each one that waits holds up to 8 MB. */
const WAITING_MAX = 8
let waiting = 0
let last: Promise<unknown> = Promise.resolve()

/**
 * The picture as our own WebP of at most 1600 px, without anything else that the file held (place, camera, profiles).
 * One at a time, because a large one takes some 160 MB while it is decoded.
 * @throws DomainError `image-not-accepted`, `payload-too-large` for more than 40 megapixels, or `unavailable` while
 * too many wait.
 */
export async function encodePicture(bytes: Buffer): Promise<Picture> {
  if (waiting >= WAITING_MAX) throw new DomainError('unavailable', { retryAfterSeconds: 5 })
  waiting += 1
  const turn = last.then(() => encode(bytes))
  last = turn.then(
    () => (waiting -= 1),
    () => (waiting -= 1),
  )
  return turn
}

async function encode(bytes: Buffer): Promise<Picture> {
  if (!isRaster(bytes) || POLYGLOT.test(bytes.toString('latin1'))) throw new DomainError('image-not-accepted')
  const sharp = await loadSharp()
  const source = { failOn: 'error', limitInputPixels: false } as const
  const { width, height } = await sharp(bytes, source).metadata().catch(refuse)
  if (width * height > PIXELS_MAX) throw new DomainError('payload-too-large', { pixelsMax: PIXELS_MAX })
  const { data, info } = await sharp(bytes, { ...source, limitInputPixels: PIXELS_MAX })
    .autoOrient()
    .resize({ width: WIDTH_MAX, height: WIDTH_MAX, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 82 })
    .toBuffer({ resolveWithObject: true })
    .catch(refuse)
  return { bytes: data, width: info.width, height: info.height }
}

function refuse(cause: unknown): never {
  throw new DomainError('image-not-accepted', {}, { cause })
}
