import MarkdownIt from 'markdown-it'
import sanitizeHtml from 'sanitize-html'

type Token = ReturnType<InstanceType<typeof MarkdownIt>['parse']>[number]

/** Links, emphasis, headings, lists, quotes. No HTML, no picture (it would tell a stranger who reads), no code. */
const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true })
markdown.disable(['image', 'code', 'fence', 'backticks', 'table', 'reference', 'html_block', 'html_inline', 'entity'])
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
markdown.validateLink = (url) => /^(https?:\/\/|mailto:)/i.test(url.trim())

const FONT = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

/** Mail programs drop style sheets, so each element has its own style; the classes are for dark mode. */
const STYLES: Record<string, string> = {
  p: 'class="ink" style="margin:0 0 16px;color:#15201a;overflow-wrap:anywhere;"',
  h2: `class="ink" style="margin:24px 0 8px;font:700 19px/1.3 ${FONT};color:#15201a;"`,
  h3: `class="ink" style="margin:20px 0 8px;font:700 16px/1.3 ${FONT};color:#15201a;"`,
  ul: 'class="ink" style="margin:0 0 16px;padding:0 0 0 22px;color:#15201a;"',
  ol: 'class="ink" style="margin:0 0 16px;padding:0 0 0 22px;color:#15201a;"',
  li: 'style="margin:0 0 4px;"',
  blockquote: 'class="rule" style="margin:0 0 16px;padding:0 0 0 14px;border-left:3px solid #d8dfd9;"',
  hr: 'class="rule" style="margin:20px 0;border:0;border-top:1px solid #d8dfd9;"',
}
const FINE = 'class="muted" style="margin:0 0 8px;font-size:13px;line-height:1.5;color:#53615a;overflow-wrap:anywhere;"'
const NOTICE = 'style="margin:0;"'

export type Tone = 'body' | 'fine' | 'notice'

/**
 * A value as Markdown that says it and nothing else: no mark-up, no second line. The marks of parts (see language.ts)
 * cannot come from a value either.
 */
export function escapeMarkdown(value: unknown): string {
  return String(value ?? '')
    .replace(/[\ue000-\uf8ff]/g, '')
    .replace(/[\r\n\t\u2028\u2029]+/g, ' ')
    .replace(/[!-/:-@[-`{-~]/g, '\\$&')
}

/**
 * Markdown as HTML for a mail. What markdown-it makes goes through an allow-list, so that a fault in one of the two is
 * not enough (ASVS 5.0 V1.3.1); the styles come last and are ours.
 */
export function toMailHtml(source: string, tone: Tone, linkColour: string): string {
  const bare = sanitizeHtml(markdown.render(source), {
    allowedTags: ['p', 'br', 'strong', 'em', 's', 'ul', 'ol', 'li', 'blockquote', 'hr', 'h2', 'h3', 'a'],
    allowedAttributes: { a: ['href', 'rel'] },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    // The letter's title is its h1.
    transformTags: {
      h1: 'h2',
      h4: 'h3',
      h5: 'h3',
      h6: 'h3',
      a: sanitizeHtml.simpleTransform('a', { rel: 'noopener nofollow' }),
    },
  })
  return bare
    .replace(/<(p|h2|h3|ul|ol|li|blockquote|hr)( \/)?>/g, (_, tag: string) => `<${tag} ${styleOf(tag, tone)}>`)
    .replaceAll('<a href=', `<a class="link" style="color:${linkColour};overflow-wrap:anywhere;" href=`)
    .trim()
}

function styleOf(tag: string, tone: Tone): string {
  if (tag === 'p' && tone === 'fine') return FINE
  if (tag === 'p' && tone === 'notice') return NOTICE
  return STYLES[tag] ?? ''
}

/** Markdown as people write it in a mail of plain text. */
export function toMailText(source: string): string {
  const blocks: string[] = []
  const lists: (number | null)[] = []
  let quote = 0
  let marker = ''
  /** Whether the item begins a list that stands by itself. */
  let first = false
  for (const token of markdown.parse(source, {})) {
    if (token.type.endsWith('_list_open')) first = lists.length === 0
    if (token.type === 'bullet_list_open') lists.push(null)
    else if (token.type === 'ordered_list_open') lists.push(Number(token.attrGet('start') ?? 1))
    else if (token.type.endsWith('_list_close')) lists.pop()
    else if (token.type === 'list_item_open') {
      const number = lists.at(-1)
      marker = '  '.repeat(lists.length - 1) + (number === null || number === undefined ? '- ' : `${number}. `)
      if (typeof number === 'number') lists[lists.length - 1] = number + 1
    } else if (token.type === 'blockquote_open') quote += 1
    else if (token.type === 'blockquote_close') quote -= 1
    else if (token.type === 'hr') blocks.push('---')
    else if (token.type === 'inline') {
      const lines = `${marker}${inlineText(token.children ?? [])}`.split('\n')
      const text = lines.map((line) => '> '.repeat(quote) + line).join('\n')
      const previous = blocks.at(-1)
      // Items of one list stand together.
      if (marker && !first && previous !== undefined) {
        blocks[blocks.length - 1] = `${previous}\n${text}`
      } else blocks.push(text)
      marker = ''
      first = false
    }
  }
  return blocks.join('\n\n')
}

function inlineText(tokens: readonly Token[]): string {
  let text = ''
  let link: { url: string; from: number } | undefined
  for (const token of tokens) {
    if (token.type === 'link_open') link = { url: String(token.attrGet('href') ?? ''), from: text.length }
    else if (token.type === 'link_close' && link) {
      const label = text.slice(link.from)
      const url = link.url.replace(/^mailto:/, '')
      if (label !== url && label !== link.url) text += ` (${url})`
      link = undefined
    } else if (token.type === 'softbreak' || token.type === 'hardbreak') text += '\n'
    else text += token.content
  }
  return text
}
