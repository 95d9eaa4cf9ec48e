import { createRequire } from 'node:module'
import PDFDocument from 'pdfkit'
import encodeQR from 'qr'
import type { PrintedTicket, PrintedTickets } from './printed-tickets.ts'

const require = createRequire(import.meta.url)
const fontOf = (face: string) => require.resolve(`dejavu-fonts-ttf/ttf/${face}.ttf`)

const MARGIN = 48
const WIDTH = 595.28 - 2 * MARGIN
/** Of the drawing: 55 mm is read from a hand's distance by any telephone. */
const QR_SIDE = 156
const TEXT_WIDTH = WIDTH - 64
const GREEN = '#0b5d4b'
const AMBER = '#f0bd4a'
const INK = '#15201a'
const MUTED = '#53615a'

type Document = InstanceType<typeof PDFDocument>
type Structure = ReturnType<Document['struct']>
type Box = [number, number, number, number]

/**
 * A PDF with one page (A4) for each ticket. The code is drawn in vectors, so that it prints sharply at any size. Tagged: what is
 * read aloud has an order and a kind, the code says what it is, and lines that decorate are left out (ISO 14289, its basics).
 */
export function drawTickets(printed: PrintedTickets): Promise<Buffer> {
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    autoFirstPage: false,
    pdfVersion: '1.7',
    tagged: true,
    lang: printed.locale,
    displayTitle: true,
    info: { Title: `${printed.words.document} ${printed.order}: ${printed.title}`, Author: printed.seller },
  })
  document.registerFont('plain', fontOf('DejaVuSans')).registerFont('bold', fontOf('DejaVuSans-Bold'))
  const whole = document.struct('Document')
  document.addStructure(whole)
  for (const ticket of printed.tickets) drawTicket(document, whole, printed, ticket)
  whole.end()
  return bytesOf(document)
}

function drawTicket(document: Document, whole: Structure, printed: PrintedTickets, ticket: PrintedTicket): void {
  const { words } = printed
  document.addPage()
  const page = document.struct('Sect', { title: `${words.ticket} ${ticket.place}` })
  whole.add(page)
  const paragraph = (draw: () => void, kind = 'P') => page.add(document.struct(kind, {}, draw))
  const left = MARGIN + 32
  const line = (font: 'plain' | 'bold', size: number, colour: string, text: string, gap = 0, kind = 'P') => {
    if (text === '') return
    document.font(font).fontSize(size).fillColor(colour)
    paragraph(() => void document.text(text, left, document.y + gap, { width: TEXT_WIDTH }), kind)
  }
  document.y = MARGIN + 30
  line('bold', titleSize(document, printed.title), INK, printed.title, 0, 'H1')
  line('bold', 12, GREEN, printed.when, 8)
  line('plain', 9, MUTED, printed.zone, 1)
  for (const [index, text] of printed.venue.entries())
    line(index === 0 ? 'bold' : 'plain', 11, INK, text, index === 0 ? 8 : 1)

  const top = document.y + 22
  const code = { alt: `${words.code} ${ticket.id}`, bbox: [left, top, left + QR_SIDE, top + QR_SIDE] as Box }
  page.add(document.struct('Figure', code, () => drawCode(document, ticket.code, left, top)))
  const column = left + QR_SIDE + 28
  const width = WIDTH - QR_SIDE - 92
  document.y = top
  const fact = (label: string, text: string) => {
    if (text === '') return
    paragraph(() => {
      document.font('plain').fontSize(8.5).fillColor(MUTED).text(label, column, document.y, { width })
      document
        .font('bold')
        .fontSize(12)
        .fillColor(INK)
        .text(text, column, document.y + 1, { width })
    })
    document.y += 8
  }
  document.font('bold').fontSize(15).fillColor(GREEN)
  paragraph(() => void document.text(ticket.typeName, column, document.y, { width }), 'H2')
  document.y += 8
  fact(words.holder, ticket.holderName)
  fact(words.price, ticket.price)
  fact(words.order, printed.order)
  fact(words.ticket, ticket.place)
  document.y = Math.max(document.y, top + QR_SIDE) + 14
  line('plain', 8, MUTED, ticket.id)
  line('plain', 10, INK, words.at, 10)
  line('plain', 9, MUTED, words.once, 3)
  if (printed.seller !== '') line('plain', 9, MUTED, `${words.seller} ${printed.seller}`, 8)

  page.end()
  const height = document.y + 24 - MARGIN
  document.markContent('Artifact', { type: 'Layout' })
  document.roundedRect(MARGIN, MARGIN, WIDTH, height, 12).lineWidth(1).strokeColor('#d8dfd9').stroke()
  document.rect(MARGIN, MARGIN + 12, 5, height - 24).fill(AMBER)
  document.endMarkedContent()
}

/** Long titles become smaller before they take half the page. */
function titleSize(document: Document, title: string): number {
  const sizes = [24, 20, 16, 13]
  return (
    sizes.find((size) => document.font('bold').fontSize(size).heightOfString(title, { width: TEXT_WIDTH }) <= 90) ?? 11
  )
}

/** Error correction M, quiet zone of four modules (ISO 18004), black on white whatever the paper. */
function drawCode(document: Document, code: string, left: number, top: number): void {
  const modules = encodeQR(code, 'raw', { ecc: 'medium', border: 4 })
  const side = QR_SIDE / modules.length
  document.rect(left, top, QR_SIDE, QR_SIDE).fill('#ffffff')
  for (const [y, row] of modules.entries()) {
    let x = 0
    while (x < row.length) {
      let length = 0
      while (row[x + length]) length++
      // A hair wider, so that no line shows between two rows.
      if (length > 0) document.rect(left + x * side, top + y * side, length * side, side + 0.05)
      x += length + 1
    }
  }
  document.fill('#000000')
}

function bytesOf(document: Document): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    document.on('data', (chunk: Buffer) => chunks.push(chunk))
    document.on('end', () => resolve(Buffer.concat(chunks)))
    document.on('error', reject)
    document.end()
  })
}
