import { inflateSync } from 'node:zlib'

/** What a PDF of ours shows, line by line; each read with every font of it, of which one is the right one. */
export function textsOfPdf(pdf: Buffer): string {
  // Ours end lines by \n alone: an \r before it is the stream's own last byte, and without that it cannot be unpacked.
  const streams = [...pdf.toString('latin1').matchAll(/FlateDecode[\s\S]*?stream\n([\s\S]*?)\nendstream/g)].map(
    ([, packed = '']) => inflateSync(Buffer.from(packed, 'latin1')).toString('latin1'),
  )
  const fonts = streams.flatMap((stream) => {
    const ranges = [...stream.matchAll(/<[0-9a-f]+> <[0-9a-f]+> \[(.*?)\]/g)]
    if (ranges.length === 0) return []
    return [
      ranges.flatMap(([, codes = '']) => inHex(codes).map((code) => String.fromCharCode(Number.parseInt(code, 16)))),
    ]
  })
  const lines = streams.flatMap((stream) => [...stream.matchAll(/\[(.*)\] TJ/g)].map(([, shown = '']) => inHex(shown)))
  return fonts
    .flatMap((glyphs) =>
      lines.map((line) =>
        glyphsOf(line)
          .map((glyph) => glyphs[glyph] ?? '')
          .join(''),
      ),
    )
    .join('\n')
}

const inHex = (text: string) => [...text.matchAll(/<([0-9a-f]+)>/g)].map(([, hex = '']) => hex)
const glyphsOf = (line: readonly string[]) =>
  (line.join('').match(/.{4}/g) ?? []).map((hex) => Number.parseInt(hex, 16))
