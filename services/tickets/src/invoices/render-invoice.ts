import { createRequire } from 'node:module'
import PDFDocument from 'pdfkit'
import type { InvoiceRow } from '../db.ts'
import { inLanguage } from '../events/texts.ts'
import { formatDate, formatDateTime, formatMoney, formatRate } from './formats.ts'
import { numberOf } from './present-invoice.ts'
import { textsIn } from './texts.ts'

const require = createRequire(import.meta.url)
const fontOf = (face: string) => require.resolve(`dejavu-fonts-ttf/ttf/${face}.ttf`)

const MARGIN = 50
const WIDTH = 595.28 - 2 * MARGIN
const BOTTOM = 841.89 - MARGIN
/** Where the columns of amounts end. */
const COLUMNS_AT = { quantity: 0.5, price: 0.68, vat: 0.8, total: 1 }

type Document = InstanceType<typeof PDFDocument>

/** The paper as PDF (A4), in a language; always the same bytes' worth of words, since all is in its row. */
export function renderInvoice(paper: InvoiceRow, locale: string): Promise<Buffer> {
  const { content } = paper
  const { seller, event } = content
  if (!seller) throw new Error('A paper without a seller is shown to nobody')
  const say = textsIn(locale)
  const number = numberOf(paper, seller)
  const title = paper.kind === 'invoice' ? say.invoice(number) : say.creditNote(number)
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    lang: locale,
    displayTitle: true,
    info: {
      Title: title,
      ...(paper.mode === 'test' ? { Subject: say.test } : {}),
      Author: seller.name,
      CreationDate: paper.issued_at,
      ModDate: paper.issued_at,
    },
  })
  document.registerFont('plain', fontOf('DejaVuSans')).registerFont('bold', fontOf('DejaVuSans-Bold'))
  const money = (amount: number) => formatMoney(paper.kind === 'invoice' ? amount : -amount, paper.currency, locale)
  const paragraph = (text: string) => document.font('plain').fontSize(9).text(text, { width: WIDTH })

  document.font('bold').fontSize(11).text(seller.name)
  paragraph([seller.address, seller.country].join('\n'))
  for (const [label, value] of [
    [say.vatNumber, seller.vatNumber],
    [say.registration, seller.registration],
  ]) {
    if (value) paragraph(`${label}${value}`)
  }
  document.moveDown(1.5).font('bold').fontSize(16).text(title).moveDown(0.3)
  if (paper.mode === 'test') document.fontSize(11).text(say.test, { width: WIDTH }).moveDown(0.5)
  paragraph(`${say.issued}${formatDate(paper.issued_at, event.timeZone, locale)}`)
  paragraph(`${say.order}${content.orderNumber}`)
  if (content.invoiceNumber !== undefined) {
    paragraph(`${say.about}${numberOf({ kind: 'invoice', mode: paper.mode, number: content.invoiceNumber }, seller)}`)
  }
  if (content.buyerName) paragraph(`${say.buyer}${content.buyerName}`)
  const place = [event.venue.name, event.venue.city].filter(Boolean).join(', ')
  paragraph(
    [inLanguage(event.title, locale), formatDateTime(event.startsAt, event.timeZone, locale), place]
      .filter(Boolean)
      .join(' · '),
  )
  document.moveDown(1.5)

  row(document, 'bold', [say.what, say.quantity, say.unitPrice, say.vat, say.total])
  for (const line of content.lines) {
    const name = inLanguage(line.name, locale)
    const rate = formatRate(line.vatBp, locale)
    if (line.quantity === 0 || line.totalMinor !== line.quantity * (line.unitPriceMinor + line.unitFeeMinor)) {
      row(document, 'plain', [
        `${name} — ${say.part}`,
        line.quantity > 0 ? String(line.quantity) : '',
        '',
        rate,
        money(line.totalMinor),
      ])
      continue
    }
    row(document, 'plain', [
      name,
      String(line.quantity),
      money(line.unitPriceMinor),
      rate,
      money(line.quantity * line.unitPriceMinor),
    ])
    if (line.unitFeeMinor > 0) {
      row(document, 'plain', [
        say.fee,
        String(line.quantity),
        money(line.unitFeeMinor),
        formatRate(line.feeVatBp, locale),
        money(line.quantity * line.unitFeeMinor),
      ])
    }
  }
  document.moveDown(0.5)
  row(document, 'bold', [paper.kind === 'invoice' ? say.totalAll : say.totalBack, '', '', '', money(paper.total_minor)])
  document.moveDown(1)

  row(document, 'bold', [say.vatPerRate, '', say.net, say.vat, say.gross])
  for (const { bp, grossMinor, vatMinor } of content.vat) {
    row(document, 'plain', [
      bp === null ? say.withoutVat : formatRate(bp, locale),
      '',
      money(grossMinor - vatMinor),
      money(vatMinor),
      money(grossMinor),
    ])
  }
  document.moveDown(1)
  if (seller.note) paragraph(seller.note)
  if (paper.mode === 'test') paragraph(say.test)
  else if (paper.kind === 'invoice') paragraph(say.paid)
  return bytesOf(document)
}

/** A row of a table: its first cell wraps, the others end at their columns; on the next page when this one is full. */
function row(document: Document, font: 'plain' | 'bold', cells: readonly string[]): void {
  const [first = '', ...rest] = cells
  document.font(font).fontSize(9)
  const options = { width: WIDTH * (COLUMNS_AT.quantity - 0.08) }
  const height = document.heightOfString(first, options) + 5
  if (document.y + height > BOTTOM) document.addPage()
  const { y } = document
  document.text(first, MARGIN, y, options)
  let start = COLUMNS_AT.quantity - 0.08
  for (const [index, end] of Object.values(COLUMNS_AT).entries()) {
    document.text(rest[index] ?? '', MARGIN + WIDTH * start, y, {
      width: WIDTH * (end - start),
      align: 'right',
      lineBreak: false,
    })
    start = end
  }
  document.x = MARGIN
  document.y = y + height
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
