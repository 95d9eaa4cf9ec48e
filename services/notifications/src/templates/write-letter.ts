import type { Language } from '@guichet/problem'
import type { Liquid } from 'liquidjs'
import { cleanLine } from '../content/clean-text.ts'
import type { Letter, LetterDraft, Part, Shop } from '../letters/letter.ts'
import { type Palette, paletteOf } from '../letters/palette.ts'
import { textsOf } from '../messages/texts.ts'
import { type BlockName, bodyLanguage, lineLanguage, MARK, type SectionName } from './language.ts'
import { toMailHtml, toMailText } from './markdown.ts'
import { defaultTemplate, type Template } from './template.ts'
import { essentialsOf } from './vocabulary.ts'

/** In whose name a letter is written. */
export interface LetterSender {
  shop: Shop
  accent?: string | undefined
  imprint?: string[] | undefined
}

const BODY_MAX = 40_000

/** The letter that a template makes of a draft. Throws what LiquidJS throws when the template is not one, or costs too much. */
export function writeLetter(draft: LetterDraft, sender: LetterSender, template?: Template): Letter {
  const { kind, language, subject, preheader, title, body } = {
    ...draft,
    ...(template ?? defaultTemplate(draft.kind, draft.language)),
  }
  const palette = paletteOf(sender.accent)
  const values = { ...draft.variables, language }
  const markdown = render(bodyLanguage, body, values)
  if (markdown.length > BODY_MAX) throw new Error(`The text has more than ${BODY_MAX} characters`)
  const placed = partsOf(markdown, draft, palette)
  const line = (source: string, limit: number) => cleanLine(render(lineLanguage, source, values), limit)
  return {
    language,
    shop: sender.shop,
    palette,
    subject: line(subject, 250),
    preheader: line(preheader, 250),
    title: line(title, 250),
    parts: [
      ...(draft.notices ?? []).map((text): Part => ({ is: 'notice', text })),
      ...placed,
      ...missing(kind, placed, draft),
      ...(draft.legal ?? []).map((text): Part => ({ is: 'fine', text })),
    ],
    footer: draft.footer,
    footerLinks: draft.footerLinks ?? [],
    imprint: sender.imprint ?? [],
    attachments: draft.attachments,
  }
}

function render(language: Liquid, source: string, values: object): string {
  return language.renderSync(language.parse(source.replace(/[\ue000-\uf8ff]/g, '')), values)
}

/** The Markdown between the marks as prose, and at the marks what code has composed. */
function partsOf(markdown: string, draft: LetterDraft, palette: Palette): Part[] {
  const parts: Part[] = []
  let section: SectionName | undefined
  let from = 0
  const prose = (until: number) => {
    const source = markdown.slice(from, until).trim()
    if (source === '') return
    const html = toMailHtml(source, section ?? 'body', palette.link)
    parts.push({ is: section ?? 'prose', html, text: toMailText(source) })
  }
  for (const found of markdown.matchAll(MARK)) {
    prose(found.index)
    from = found.index + found[0].length
    const [, name = '', argument = ''] = found
    if (name === 'fine' || name === 'notice') section = name
    else if (name.startsWith('/')) section = undefined
    else parts.push(...placedPart(name, argument, draft))
  }
  prose(markdown.length)
  return parts
}

function placedPart(name: string, label: string, draft: LetterDraft): Part[] {
  if (name !== 'button') {
    const part = draft.blocks[name as BlockName]
    return part ? [part] : []
  }
  if (!draft.button) return []
  const { url } = draft.button
  return [{ is: 'action', label: cleanLine(label, 80) || draft.button.label, url, fallback: fallback(draft.language) }]
}

/** What a reader cannot do without comes at the end when the template has left it out. */
function missing(kind: string, placed: Part[], draft: LetterDraft): Part[] {
  return essentialsOf(kind).flatMap((name) => {
    const [part] = placedPart(name, '', draft)
    return part && !placed.some((one) => one.is === part.is) ? [part] : []
  })
}

const fallback = (language: Language) => textsOf(language)('fallback')
