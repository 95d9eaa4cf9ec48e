import { fileURLToPath } from 'node:url'
import type { Language } from '@guichet/problem'
import { Liquid } from 'liquidjs'
import type { Attachment } from '../mail/mailer.ts'
import type { Letter } from './letter.ts'

const options = {
  root: fileURLToPath(new URL('./templates/', import.meta.url)),
  cache: true,
  // Values are data: no getter, no prototype, and an unknown name is a fault and not an empty place.
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: true,
  // A part has HTML of its own, or has not.
  lenientIf: true,
}
const html = new Liquid({ ...options, outputEscape: 'escape' })
const text = new Liquid(options)

/** A letter as it is mailed. */
export interface RenderedLetter {
  subject: string
  text: string
  html: string
  language: Language
  attachments: readonly Attachment[]
  /** The organizer's name beside the address that all mails come from, and where answers go. */
  senderName?: string | null
  replyTo?: string | null
}

/** Both forms of a letter by the one layout of each. In the HTML every value is escaped. */
export async function renderLetter(letter: Letter): Promise<RenderedLetter> {
  const values = { letter }
  const [asText, asHtml] = await Promise.all([
    text.renderFile('letter.txt.liquid', values) as Promise<string>,
    html.renderFile('letter.html.liquid', values) as Promise<string>,
  ])
  const { subject, language, attachments } = letter
  return { subject, text: tidy(asText), html: asHtml, language, attachments }
}

/** Templates leave blank lines where a part has nothing to say. In one pass: a pattern takes seconds over a line of blanks. */
function tidy(plain: string): string {
  return `${plain
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`
}
