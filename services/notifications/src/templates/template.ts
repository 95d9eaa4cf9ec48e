import { readdirSync, readFileSync } from 'node:fs'
import type { Language } from '@guichet/problem'

/** What an organizer may edit of a mail: one line each of plain text, and a body in Markdown, all with Liquid. */
export interface Template {
  subject: string
  /** What a list of mails shows beside the subject. */
  preheader: string
  /** The heading of the letter. */
  title: string
  body: string
}

export const LINES = ['subject', 'preheader', 'title'] as const

const FOLDER = new URL('./defaults/', import.meta.url)
const defaults = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.liquid'))
    .map((name) => [name.replace(/\.liquid$/, ''), parse(readFileSync(new URL(name, FOLDER), 'utf8'), name)]),
)

/** The template of a kind as it comes with the product: src/templates/defaults/<kind>.<language>.liquid. */
export function defaultTemplate(kind: string, language: Language): Template {
  const found = defaults.get(`${kind}.${language}`)
  if (!found) throw new Error(`There is no template ${kind}.${language}.liquid`)
  return found
}

/** Lines of `name: text` between two lines of three dashes, then the body. */
function parse(source: string, name: string): Template {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source) ?? []
  const line = (key: string) => {
    const found = new RegExp(`^${key}: (.+)$`, 'm').exec(head)?.[1]
    if (found === undefined) throw new Error(`${name} has no ${key}`)
    return found.trim()
  }
  return { subject: line('subject'), preheader: line('preheader'), title: line('title'), body: body.trim() }
}
